"""Everybody does the same work. The harness asserts it at every start; here it does so on a few rows."""

import tomllib
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local.state import ROOT
from pattern.benchmarks.compared import require_same_work
from pattern.benchmarks.contenders import OURS, PEERS, PEERS_PYTHON
from pattern.benchmarks.database import Yardstick, yardstick
from pattern.benchmarks.equality import UnequalError, require_equal
from pattern.benchmarks.requests_made import Callers
from pattern.benchmarks.serving import Serving, start
from pattern.tests.benchmarks.answering import GET, answering


def test_peers_have_the_services_versions_of_what_both_use() -> None:
    ours, theirs = (
        {package["name"]: package["version"] for package in tomllib.loads((ROOT / lock).read_text())["package"]}
        for lock in ("poetry.lock", "pattern/poetry.lock")
    )
    shared = theirs.keys() & {"django", "django-cors-headers", "djangorestframework", "gunicorn", "orjson"}
    shared |= theirs.keys() & {"prometheus-client", "psycopg", "psycopg-binary", "pyjwt", "uvicorn"}
    assert len(shared) == 10
    assert {name: theirs[name] for name in shared} == {name: ours[name] for name in shared}


def test_a_contender_that_answers_something_else_is_not_measured() -> None:
    todo = b'{"id": 1, "title": "one"}'
    ours, other = b"[" + b",".join([todo] * 20) + b"]", b"[" + b",".join([todo.replace(b"one", b"two")] * 20) + b"]"
    with answering(lambda _: (0.0, 200, {}, ours)) as here, answering(lambda _: (0.0, 200, {}, other)) as there:
        reference, contender = (_serving(port) for port in (here, there))
        require_equal(reference, contender, GET, count=20, ignoring=("title",))
        with pytest.raises(UnequalError):
            require_equal(reference, contender, GET, count=20)


def _serving(port: int) -> Serving:
    return Serving("a fake", None, port, Path())  # type: ignore[arg-type]  # nobody asks about its process


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Generator[Yardstick]:
    if not PEERS_PYTHON.exists():
        pytest.skip("the peers have no environment: make .venv-pattern/ready")
    with yardstick(tmp_path_factory.mktemp("yardstick") / "state") as running:
        yield running


@pytest.mark.ci
@pytest.mark.timeout(600)
def test_every_peer_answers_what_the_service_answers(running: Yardstick) -> None:
    database = running.filled("few", rows=500, users=10)
    callers = Callers(running, database)
    with ExitStack() as stack:
        servings = {contender: start(contender, running, database.name) for contender in (OURS, *PEERS)}
        for serving in servings.values():
            stack.callback(serving.stop)
        for contender, serving in servings.items():
            serving.await_first(callers.lists()[0])
            require_same_work(contender, servings[OURS], serving, callers)
