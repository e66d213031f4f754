"""The pod's metrics are those of all its workers, dead or alive, whatever they are doing."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from tests.process.conftest import Serve, Stage
from tests.process.metered import Metered, folder_of

pytestmark = pytest.mark.slow

ROUTE = 'route="/notices"'
ANSWERED = f'service_http_requests_total{{method="GET",{ROUTE},status="200",traffic="users"}}'
TIMED = f'service_http_request_duration_seconds_count{{method="GET",{ROUTE},traffic="users"}}'


def test_a_hundred_requests_are_a_hundred_even_after_a_worker_is_killed_and_after_a_reload(
    serve: Serve, caller: dict[str, str]
) -> None:
    metered = Metered(serve, WEB_WORKERS="2", WEB_THREADS="2")
    metered.ask_todos(100, caller)
    before = metered.until(lambda values: values["service_pool_in_use"] == 0)
    assert (before[ANSWERED], before[TIMED], before["service_threads"]) == (100, 100, 4)
    assert before["service_pool_size"] >= 1

    for worker in metered.workers():
        os.kill(worker, signal.SIGKILL)
    after = metered.until(lambda values: values["service_threads"] == 4 and values["service_pool_size"] == 0)
    assert (after[ANSWERED], after[TIMED]) == (100, 100)
    assert after["service_http_requests_in_flight"] == 0

    metered.ask_todos(10, caller)
    former = set(metered.workers())
    metered.gunicorn.send(signal.SIGHUP)
    deadline = time.monotonic() + 20
    while former & set(metered.workers()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    metered.gunicorn.wait_for(200)
    metered.ask_todos(10, caller)
    reloaded = metered.scrape()
    assert (reloaded[ANSWERED], reloaded[TIMED]) == (120, 120)


def test_workers_that_have_ended_leave_one_sum_and_no_files_of_their_own(serve: Serve, caller: dict[str, str]) -> None:
    metered = Metered(serve, WEB_WORKERS="1")
    folder = folder_of(metered.gunicorn)
    for _ in range(2):
        metered.ask_todos(2, caller)
        (worker,) = metered.workers()
        assert list(folder.glob(f"*_{worker}.db"))
        os.kill(worker, signal.SIGKILL)
        metered.until(lambda values: values["service_threads"] == 4 and values["service_pool_size"] == 0)
        assert not list(folder.glob(f"*_{worker}.db"))
    assert metered.scrape()[ANSWERED] == 4
    assert folder.stat().st_mode & 0o777 == 0o700


@contextmanager
def locked_todo(stage: Stage, identifier: int) -> Iterator[None]:
    with stage.server.connect("service") as holder, holder.transaction():
        holder.execute("SELECT id FROM conformance_notice WHERE id = %s FOR UPDATE", [identifier])
        yield


def test_metrics_are_answered_while_every_thread_waits_for_the_database(
    serve: Serve, stage: Stage, caller: dict[str, str]
) -> None:
    metered = Metered(serve, WEB_WORKERS="1", WEB_THREADS="2")
    todo = metered.gunicorn.ask("POST", "/notices", json.dumps({"text": "locked"}), caller).json["id"]
    change = json.dumps({"text": "changed"})
    metered.until(lambda values: values["service_pool_in_use"] == 0)
    with locked_todo(stage, todo):
        visitors = [
            Thread(target=metered.gunicorn.ask, args=("PATCH", f"/notices/{todo}", change, caller)) for _ in range(5)
        ]
        for visitor in visitors:
            visitor.start()
        # So it is for two seconds: then lock_timeout ends the first two statements, and two more visitors are served.
        values = metered.until(lambda values: (values["service_pool_in_use"], values["service_pool_waiting"]) == (2, 3))
        assert (values["service_pool_size"], values["service_http_requests_in_flight"]) == (2, 2)
    for visitor in visitors:
        visitor.join(timeout=20)
    values = metered.until(lambda values: values["service_pool_in_use"] == values["service_pool_waiting"] == 0)
    assert (values["service_pool_size"], values["service_http_requests_in_flight"]) == (2, 0)


def test_a_start_counts_from_zero_and_removes_what_a_killed_one_left(serve: Serve, caller: dict[str, str]) -> None:
    killed = Metered(serve, WEB_WORKERS="1")
    killed.ask_todos(3, caller)
    left = folder_of(killed.gunicorn)
    killed.gunicorn.kill()
    assert list(left.glob("*.db"))

    second = Metered(serve, WEB_WORKERS="1")
    assert not left.exists()
    assert ANSWERED not in second.scrape()
    own = folder_of(second.gunicorn)
    assert own.exists()
    second.gunicorn.send(signal.SIGTERM)
    assert second.gunicorn.process.wait(timeout=20) == 0
    assert not own.exists()
