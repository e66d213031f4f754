"""A database that accepts and never answers: requests end, health stays green, and nothing needs a restart."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.patience import patient
from tests.process.conftest import PROD, Serve, Stage
from tests.process.gunicorn_process import Gunicorn, Metered

pytestmark = pytest.mark.slow

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
    """PostgreSQL takes connections and bytes within the block, as its kernel does, and computes nothing."""
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
