"""The database goes away or hangs: readiness stays, every request ends with a 503, and nothing needs a restart."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.secrets import read_secret
from tests.patience import patient
from tests.process.conftest import PROD, Serve, Stage
from tests.process.gunicorn_process import Answer, Gunicorn, Metered

pytestmark = pytest.mark.slow

# connect_timeout is 2 s.
WAIT_SECONDS = 4


def assert_unavailable(answer: Answer) -> None:
    assert answer.status == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["type"] == "/docs/errors/unavailable"
    assert 1 <= int(answer.headers["Retry-After"]) <= 5


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never says a word, as a lost node behind a load balancer does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def metered(serve_module: Serve) -> Metered:
    """One gunicorn for all tests whose database comes back."""
    return Metered(serve_module, WEB_WORKERS="2", WEB_THREADS="1", STATEMENT_TIMEOUT_MS="1000")


def test_the_service_stays_ready_answers_503_quickly_and_recovers_within_two_seconds(
    metered: Metered, stage: Stage, caller: dict[str, str]
) -> None:
    gunicorn = metered.gunicorn
    assert gunicorn.ask("GET", "/notices", headers=caller).status == 200
    assert metered.answer(path="/readyz") == (200, "ok\n")
    stage.server.stop()
    try:
        started = time.monotonic()
        for _ in range(5):
            assert_unavailable(gunicorn.ask("GET", "/notices", headers=caller))
            assert gunicorn.ask("GET", "/readyz?deep=1").status == 200  # nobody may ask the database from outside
        assert time.monotonic() - started < patient(3), "ten answers took long"
        assert {gunicorn.ask("GET", "/readyz").status for _ in range(20)} == {200}
        assert metered.answer(path="/readyz") == (503, "The database does not answer (OperationalError).\n")
    finally:
        stage.server.start()
    returned = time.monotonic()
    while metered.answer(path="/readyz")[0] != 200:
        assert time.monotonic() - returned < patient(2)
    answers = {gunicorn.ask("GET", "/notices", headers=caller).status for _ in range(20)}
    assert answers == {200}
    assert time.monotonic() - returned < patient(4)


def test_a_restart_between_two_requests_is_not_noticed(metered: Metered, stage: Stage, caller: dict[str, str]) -> None:
    def statuses() -> set[int]:
        return {metered.gunicorn.ask("GET", "/notices", headers=caller).status for _ in range(20)}

    assert statuses() == {200}
    stage.server.stop()
    stage.server.start()
    assert statuses() == {200}


def test_a_statement_that_takes_too_long_is_a_503_and_the_log_says_why(
    metered: Metered, stage: Stage, caller: dict[str, str]
) -> None:
    before = len(stage.server.log.read_text())
    with stage.server.connect("service") as locker, locker.transaction():
        locker.execute("LOCK TABLE conformance_notice IN ACCESS EXCLUSIVE MODE")
        assert_unavailable(metered.gunicorn.ask("GET", "/notices", headers=caller))
    said = stage.server.log.read_text()[before:]
    assert "canceling statement due to statement timeout" in said
    assert "due to lock timeout" not in said  # which comes after two seconds, and is not what is tried here
    stage.server.stop()
    try:
        assert_unavailable(metered.gunicorn.ask("GET", "/notices", headers=caller))
    finally:
        stage.server.start()
    timeout, refused = [record["message"] for record in metered.gunicorn.records("django.request")][-2:]
    assert timeout == "Service Unavailable: /notices: canceling statement due to statement timeout"
    assert refused.startswith("Service Unavailable: /notices: connection failed: ")
    assert "refused" in refused


@pytest.fixture
def former_password(stage: Stage) -> Iterator[str]:
    """Restore the password with which other tests connect."""
    former = read_secret(stage.secrets, "db_password")
    yield former
    (stage.secrets / "db_password").write_text(f"{former}\n")
    stage.provide()


def test_a_wrong_password_is_a_503_and_is_never_logged(
    metered: Metered, stage: Stage, caller: dict[str, str], former_password: str
) -> None:
    (stage.secrets / "db_password").write_text("a-wrong-password\n")
    with stage.server.connect() as superuser:
        superuser.execute("ALTER ROLE service_app PASSWORD 'and-another'")
        superuser.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'service_app'")
    answer = metered.gunicorn.ask("GET", "/notices?limit=1", headers=caller)
    assert answer.status == 503
    assert "password" not in answer.json["detail"]
    logged = metered.gunicorn.log.read_text()
    assert former_password not in logged
    assert "a-wrong-password" not in logged


def test_a_database_that_never_answers_costs_a_bounded_wait(
    serve: Serve, silent_port: int, caller: dict[str, str]
) -> None:
    gunicorn = serve(ready=False, DB_PORT=str(silent_port))
    gunicorn.wait_for(200, "/healthz")
    started = time.monotonic()
    assert_unavailable(gunicorn.ask("GET", "/notices", headers=caller))
    assert time.monotonic() - started < patient(WAIT_SECONDS)
    started = time.monotonic()
    assert_unavailable(gunicorn.ask("GET", "/readyz"))
    assert time.monotonic() - started < patient(WAIT_SECONDS)


def test_readiness_is_red_until_the_database_has_answered_once(serve: Serve, stage: Stage) -> None:
    stage.server.stop()
    try:
        gunicorn = serve(ready=False)
        gunicorn.wait_for(200, "/healthz")
        answer = gunicorn.ask("GET", "/readyz")
        assert_unavailable(answer)
        assert "Starting" in answer.json["detail"]
    finally:
        stage.server.start()
    gunicorn.wait_for(200, "/readyz", seconds=patient(3))


# ── A database that accepts and never answers ────────────────────────────────────────────────────────────────────────
# Each thread waits for it once: as short as the test can bear, and prod's where minutes may be had.
STATEMENT_SECONDS = [1, pytest.param(5, marks=pytest.mark.ci)]


def processes_of(stage: Stage) -> list[int]:
    """The postmaster and all its children."""
    postmaster = stage.server.pid()
    parents = {
        int(stat.parent.name): int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
        for stat in Path("/proc").glob("[0-9]*/stat")
    }
    return [postmaster, *(pid for pid, parent in parents.items() if parent == postmaster)]


@contextmanager
def stopped(stage: Stage) -> Iterator[None]:
    """Within the block PostgreSQL is stopped: the kernel still accepts its connections and bytes."""
    pids = processes_of(stage)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def seconds_of(gunicorn: Gunicorn, caller: dict[str, str]) -> float:
    """Ask for a list, which must be a 503; return how long that took."""
    began = time.monotonic()
    assert gunicorn.ask("GET", "/notices?limit=1", headers=caller, timeout=60).status == 503
    return time.monotonic() - began


@pytest.mark.parametrize("statement_seconds", STATEMENT_SECONDS)
def test_every_request_ends_and_liveness_stays_green_while_the_database_hangs(
    serve: Serve, stage: Stage, caller: dict[str, str], statement_seconds: int
) -> None:
    metered = Metered(serve, **PROD, STATEMENT_TIMEOUT_MS=str(statement_seconds * 1000))
    gunicorn, waits = metered.gunicorn, []
    asking = [
        threading.Thread(target=lambda: waits.append(seconds_of(gunicorn, caller)), daemon=True)
        for _ in range(2 * int(PROD["WEB_THREADS"]))
    ]
    for _ in range(20):  # every thread has a connection
        assert gunicorn.ask("GET", "/notices?limit=1", headers=caller).status == 200
    with stopped(stage):
        for thread in asking:
            thread.start()
        slowest = 0.0
        while any(thread.is_alive() for thread in asking):
            for path in ("/healthz", "/readyz"):
                began = time.monotonic()
                assert gunicorn.ask("GET", path).status == 200
                slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.1)
        status, reason = metered.answer(path="/readyz")
        assert (status, reason) == (503, "The database does not answer (ConnectionTimeout).\n")
    assert slowest < patient(1)
    assert len(waits) == len(asking)
    # The first of each thread waits for its statement or a connection; those behind it do not wait once more.
    assert max(waits) < patient(statement_seconds + 2 + 0.5)
    recovering = time.monotonic()
    while gunicorn.ask("GET", "/notices?limit=1", headers=caller).status != 200:
        assert time.monotonic() - recovering < patient(2)
    assert len([line for line in gunicorn.records("gunicorn.error") if line["message"].startswith("Booting")]) == 1
