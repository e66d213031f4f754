"""`make run` from nothing to an answer, and the commands for scripts beside it, with real processes."""

import json
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from local import ports, processes
from local.resource import FIRST_PATH
from local.secrets import MAKERS, read_secret
from tests.local.laptop import Laptop, Run, assert_refused, new_laptop
from tests.patience import patient

pytestmark = pytest.mark.ci


def todos_of(laptop: Laptop, token: str) -> list[dict[str, object]]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{laptop.port}{FIRST_PATH}?limit=200", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310  our own http address
        todos: list[dict[str, object]] = json.load(response)
    return todos


@dataclass
class FirstRun:
    """Results of the first start on a new laptop: its duration, the todos of ada, and a token of eve."""

    laptop: Laptop
    seconds: float
    todos: list[dict[str, object]]
    token_made_while_stopped: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    laptop = new_laptop(tmp_path_factory.mktemp("laptop"))
    with laptop.running() as run:
        todos = todos_of(laptop, laptop.command("token", "ada").stdout.strip())
    made = laptop.command("user", "eve", "a rather good password")
    assert made.returncode == 0, made.stderr
    return FirstRun(laptop, run.seconds, todos, laptop.command("token", "eve"))


@pytest.fixture(scope="module")
def second(first: FirstRun) -> Iterator[Run]:
    """The service, started again on the data of the first run; it runs until the last test here."""
    with first.laptop.running(METRICS_PORT=str(ports.any_free())) as run:
        yield run


def test_the_first_start_takes_less_than_a_minute_and_a_later_one_less_than_five_seconds(
    first: FirstRun, second: Run
) -> None:
    assert first.seconds < patient(60)
    assert second.seconds < patient(5)


def test_the_curl_line_of_the_banner_works_when_pasted(second: Run) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is missing: apt-get install curl")
    pasted = subprocess.run(["sh", "-c", second.curl_line], capture_output=True, text=True, check=True, timeout=20)
    assert len(json.loads(pasted.stdout)) == 3


@pytest.mark.parametrize("path", ["/docs", "/admin/", "/readyz"])
def test_every_address_of_the_banner_answers(second: Run, path: str) -> None:
    address = f"http://127.0.0.1:{second.laptop.port}{path}"
    assert address in second.output.read_text()
    with urllib.request.urlopen(address, timeout=10) as response:
        assert response.status == 200


def test_the_metrics_of_the_banner_are_there(second: Run) -> None:
    (line,) = [line.split() for line in second.output.read_text().splitlines() if line.split()[:1] == ["Metrics"]]
    with urllib.request.urlopen(line[1], timeout=10) as response:  # noqa: S310  our own http address
        assert b"service_threads 8.0" in response.read()


def test_data_survives_a_restart_and_the_demo_data_is_not_loaded_twice(first: FirstRun, second: Run) -> None:
    assert todos_of(second.laptop, second.laptop.command("token", "ada").stdout.strip()) == first.todos
    assert len(first.todos) > 100


def test_a_token_is_printed_alone_whether_or_not_the_service_runs(first: FirstRun, second: Run) -> None:
    for answer in (first.token_made_while_stopped, second.laptop.command("token", "eve")):
        assert answer.stdout.removesuffix("\n").count("\n") == 0
        assert todos_of(second.laptop, answer.stdout.strip()) == []


def test_a_second_run_in_the_same_clone_is_one_sentence(second: Run) -> None:
    assert_refused(second.laptop.command("run"), f"already running in this clone (pid {second.process.pid})")
    assert second.process.poll() is None


def test_a_taken_port_is_one_sentence(tmp_path_factory: pytest.TempPathFactory) -> None:
    laptop = new_laptop(tmp_path_factory.mktemp("taken"))
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        assert_refused(laptop.command("run", PORT=str(other.getsockname()[1])), "is taken")


def test_the_secrets_can_be_read_by_their_owner_alone(second: Run) -> None:
    folder = second.laptop.state.secrets
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == dict.fromkeys(MAKERS, 0o600)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_no_password_stands_on_a_command_line(second: Run) -> None:
    lines = " ".join(processes.command(pid) for pid in second.everything())
    assert lines
    for name in ("db_password", "admin_password", "django_secret_key", "jwt_signing_keys"):
        assert read_secret(second.laptop.state.secrets, name) not in lines
