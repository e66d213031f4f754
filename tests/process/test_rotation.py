"""Every secret is rotated under load: no request fails, no user is logged out, nothing is restarted."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import ports
from tests.process.conftest import Serve, Stage
from tests.process.rotating import THREADS, USERS, WORKERS, Looks, Rotation
from tests.process.visitors import Caller, Crowd, Operator, Subscriber
from tests.service import PASSWORD

pytestmark = pytest.mark.slow

PATIENT = {"DJANGO_SETTINGS_MODULE": "tests.process.patient_settings"}


@pytest.fixture
def rotation(stage: Stage, tmp_path: Path) -> Iterator[Rotation]:
    yield Rotation(tmp_path / "rotated", stage.secrets, stage.server)
    stage.provide()  # the password that other tests know
    with stage.server.connect() as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = ANY(%s)", [[*USERS]]
        )
        superuser.execute("DROP ROLE IF EXISTS service_app_clone")


@pytest.mark.parametrize("rotations", [4, pytest.param(10, marks=pytest.mark.ci)])
def test_rotations_under_load_fail_no_request_and_log_nobody_out(
    serve: Serve, stage: Stage, rotation: Rotation, caller: dict[str, str], rotations: int
) -> None:
    gunicorn = serve(WEB_WORKERS=str(WORKERS), WEB_THREADS=str(THREADS), **PATIENT, **rotation.environment)
    operator, second_tab = Operator(gunicorn), Operator(gunicorn)
    name = f"operator-{rotations}"
    stage.user(name, is_staff=True, is_superuser=True)
    operator.log_in(name, PASSWORD)
    second_tab.cookies = operator.cookies
    subscriber = Subscriber(gunicorn, "caller", PASSWORD)
    crowd = Crowd([operator, second_tab, subscriber, Caller(gunicorn, caller)])
    looks = Looks(gunicorn, caller)
    session = operator.cookies["sessionid"].value
    with crowd.at_work():
        for number in range(rotations):
            rotation.append_keys()
            looks.until_all_have_seen(changes=2 * number + 1)
            rotation.front_keys()
            if number % 2:
                rotation.alternate_user()
            else:
                rotation.connect_all_threads(gunicorn, caller)
                rotation.change_password()
            looks.until_all_have_seen(changes=2 * number + 2)
            with crowd.at_rest():
                assert rotation.end_connections() >= 2
            crowd.a_visit_each()
            assert set(rotation.connected()) == {rotation.read("db_username")}
    assert crowd.failures == []
    assert operator.cookies["sessionid"].value == session
    assert min(visitor.visits for visitor in crowd.visitors) > 2 * rotations
    assert looks.logged("", levels=("ERROR", "CRITICAL")) == 0

    # A key that is dropped verifies no longer: what it signed ends, what a later one signed goes on.
    rotation.write_ring(rotation.ring[:1])
    rotation.write("django_secret_key_fallbacks", json.dumps([]))
    looks.caller = {"Authorization": f"Bearer {subscriber.tokens['access']}"}
    looks.until_all_have_seen(changes=2 * rotations + 1)
    subscriber.visit()
    assert gunicorn.ask("GET", "/notices", headers=caller).status == 401
    operator.expect(302, "GET", "/admin/")


def test_broken_secrets_keep_the_last_good_values_and_are_logged_once_and_counted(
    serve: Serve, rotation: Rotation, caller: dict[str, str]
) -> None:
    metrics_port = str(ports.any_free())
    gunicorn = serve(WEB_WORKERS="2", METRICS_PORT=metrics_port, **PATIENT, **rotation.environment)
    assert gunicorn.ask("GET", "/notices?limit=1", headers=caller).status == 200
    rotation.write("jwt_signing_keys", rotation.read("jwt_signing_keys")[:-20])  # half written
    rotation.write("django_secret_key", "")
    (rotation.folder / "django_secret_key_fallbacks").unlink()
    (rotation.folder / "db_username").write_bytes(b"\xff\xfe")
    rotation.write("db_password", rotation.read("db_password")[:-5])  # half written, and nobody can tell
    looks = Looks(gunicorn, caller)
    sentences = {
        "jwt_signing_keys is not JSON.",
        "django_secret_key exists, but is empty.",
        "django_secret_key_fallbacks: there is no such file.",
        "db_username cannot be read (UnicodeDecodeError).",
        "db_password hold.",
    }

    def all_said() -> bool:
        rotation.end_connections()
        assert gunicorn.ask("GET", "/notices?limit=1", headers=caller).status == 200
        return said() == dict.fromkeys(sentences, WORKERS)

    def said() -> dict[str, int]:
        return {sentence: looks.logged(f"{sentence} The last good", levels=["ERROR"]) for sentence in sentences}

    looks.until(all_said)
    time.sleep(1.5)  # more than a look: nothing has been fixed, and nothing more is said
    assert all_said()
    with urllib.request.urlopen(f"http://127.0.0.1:{metrics_port}/metrics", timeout=10) as answer:
        counted = set(
            re.findall(r'service_secret_failed_looks_total\{variable="(\w+)"\} [1-9]', answer.read().decode())
        )
    assert counted == {name.removesuffix("_FILE") for name in rotation.environment}
