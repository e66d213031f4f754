"""A real cluster, step by step: each fixture is a state that the ones after it build on.

namespace → database → migrated → blue → live (blue has the traffic) → green
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.checkout import ROOT, Checkout
from deploy.names import MIGRATE, TRAFFIC, web
from tests.cluster import kubectl, overlays, room
from tests.cluster.room import remove_own

SUFFIX = "-0123456789ab"
NEEDED = ("KUBECONFIG", "SERVICE_IMAGE")
# Three releases and rollbacks, or a first test with all fixtures; each command in it has a bound of its own.
TEST_SECONDS = 3600


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of a cluster their time; without a cluster (`-m cluster`) fail, and say why in the last line."""
    asked = [item for item in items if item.get_closest_marker("cluster")]
    for item in asked:
        item.add_marker(pytest.mark.timeout(TEST_SECONDS))
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing and asked:
        pytest.exit(f"nothing was tested: set {' and '.join(missing)} (tests/cluster/README.md)", returncode=1)


@pytest.fixture(scope="session")
def cluster() -> None:
    """Fail where a cluster cannot hold the tests."""
    # The release tool refuses a name that may mean another image tomorrow: better before anything is made.
    Checkout(ROOT, "local", "tests").image(os.environ["SERVICE_IMAGE"])
    kubectl.run("version", timeout=30)
    if lack := room.lack():
        pytest.fail(lack)


@pytest.fixture(scope="session")
def namespace(cluster: None) -> Iterator[None]:
    """An empty namespace with its secrets; deleted at the end, whatever happened."""
    remove_own()
    try:
        overlays.prepare()
        yield
    finally:
        if not os.environ.get("KEEP_NAMESPACE"):
            remove_own()


@pytest.fixture(scope="session")
def database(namespace: None) -> None:
    """The objects of `shared`, with PostgreSQL answering."""
    overlays.apply("shared")
    overlays.rolled_out(
        f"statefulset/{overlays.POSTGRESQL}", seconds=max(300, overlays.READY_SECONDS)
    )  # its image may have to be pulled


@pytest.fixture(scope="session")
def migrated(database: None) -> str:
    """When the migrate Job was done; the Job itself stays."""
    overlays.apply("migrate", SUFFIX)
    overlays.completed(f"{MIGRATE}{SUFFIX}")
    done: str = kubectl.get("job", f"{MIGRATE}{SUFFIX}")["status"]["completionTime"]
    return done


@pytest.fixture(scope="session")
def blue(migrated: str) -> str:
    """kubectl's output of applying blue; blue is ready."""
    said = overlays.apply("blue")
    overlays.scaled("blue")
    overlays.rolled_out(f"deployment/{web('blue')}")
    return said


@pytest.fixture(scope="session")
def live(blue: str) -> None:
    """The traffic leads to blue."""
    overlays.apply("traffic-blue")
    leads_to("blue")


@pytest.fixture(scope="session")
def green(live: None) -> str:
    """kubectl's output of applying green beside blue; green is ready."""
    said = overlays.apply("green")
    overlays.scaled("green")
    overlays.rolled_out(f"deployment/{web('green')}")
    return said


@pytest.fixture
def token(blue: str) -> str:
    """An access token, good for ten minutes, of a user made for these tests."""
    overlays.apply("prune")
    script = (
        "echo 'correct horse battery staple' | python manage.py user cluster --password-stdin >/dev/null\n"
        "python manage.py token cluster"
    )
    return overlays.manage(script).splitlines()[-1]


def leads_to(colour: str, service: str = TRAFFIC) -> None:
    """Wait until a Service leads to all pods of a colour, and to no other."""

    def missing() -> str:
        wanted = {pod["metadata"]["name"] for pod in overlays.pods(colour)}
        found = overlays.endpoints(service)
        return "" if found and found == wanted else f"{service} leads to {sorted(found)}, not to {sorted(wanted)}"

    overlays.await_that(missing, overlays.READY_SECONDS)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of a kubectl that writes down its words and does what the file `answers` (shell) in it says."""
    program = tmp_path / "kubectl"
    # Without `--namespace service`, which every call begins with.
    program.write_text(
        f'#!/bin/sh\nshift 2\necho "$*" >> {tmp_path}/words\necho $$ > {tmp_path}/pid\n. {tmp_path}/answers\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(kubectl, "program", lambda: str(program))
    return tmp_path


def words(fake: Path) -> list[str]:
    """Return what the kubectl of this folder was asked, a line a command."""
    return (fake / "words").read_text().splitlines()
