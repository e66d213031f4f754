"""The pod's metrics count all its workers, also those that have ended, at one address while the master lives."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.process.conftest import Serve, Stage
from tests.process.gunicorn_process import ROOT, Metered
from todoproject.metrics.exposition import seconds_of
from todoproject.metrics.server import SECONDS_TO_SEND_A_REQUEST

pytestmark = [pytest.mark.slow, pytest.mark.followed]

ROUTE = 'route="/notices"'
ANSWERED = f'service_http_requests_total{{method="GET",{ROUTE},status="200",traffic="users"}}'
TIMED = f'service_http_request_duration_seconds_count{{method="GET",{ROUTE},traffic="users"}}'


@pytest.fixture(scope="module")
def metered(serve_module: Serve) -> Iterator[Metered]:
    """One gunicorn for all tests that only send requests."""
    metered = Metered(serve_module, WEB_THREADS="2", COLOUR="green", VERSION="1.2.3")
    yield metered
    metered.gunicorn.send(signal.SIGTERM)  # for coverage, which a killed process writes none of
    metered.gunicorn.process.wait(timeout=60)


def test_a_hundred_requests_are_a_hundred_even_after_a_worker_is_killed_and_after_a_reload(
    serve: Serve, caller: dict[str, str]
) -> None:
    metered = Metered(serve, WEB_WORKERS="2", WEB_THREADS="2")
    gunicorn, folder = metered.gunicorn, metered.gunicorn.metrics_folder()
    metered.ask_todos(100, caller)
    before = metered.until(lambda values: values["service_pool_in_use"] == 0)
    assert (before[ANSWERED], before[TIMED], before["service_threads"]) == (100, 100, 4)
    assert before["service_pool_size"] >= 1
    former = gunicorn.workers()
    used = sum(seconds_of(pid) for pid in former)
    assert 0.05 < used < before["process_cpu_seconds_total"] < used + 30
    assert folder.stat().st_mode & 0o777 == 0o700

    for worker in former:
        assert list(folder.glob(f"*_{worker}.db"))
        os.kill(worker, signal.SIGKILL)
    after = metered.until(lambda values: values["service_threads"] == 4 and values["service_pool_size"] == 0)
    assert (after[ANSWERED], after[TIMED], after["service_http_requests_in_flight"]) == (100, 100, 0)
    assert after["process_cpu_seconds_total"] >= before["process_cpu_seconds_total"]
    assert [file for worker in former for file in folder.glob(f"*_{worker}.db")] == []

    metered.ask_todos(10, caller)
    former = gunicorn.workers()
    gunicorn.send(signal.SIGHUP)
    deadline = time.monotonic() + 20
    while {*former} & {*gunicorn.workers()}:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    gunicorn.wait_for(200)
    metered.ask_todos(10, caller)
    reloaded = metered.scrape()
    assert (reloaded[ANSWERED], reloaded[TIMED]) == (120, 120)


def test_metrics_are_answered_while_every_thread_waits_for_the_database(
    metered: Metered, stage: Stage, caller: dict[str, str]
) -> None:
    todo = metered.gunicorn.ask("POST", "/notices", json.dumps({"text": "locked"}), caller).json["id"]
    change = json.dumps({"text": "changed"})
    metered.until(lambda values: values["service_pool_in_use"] == 0)
    with stage.server.connect("service") as holder, holder.transaction():
        holder.execute("SELECT id FROM conformance_notice WHERE id = %s FOR UPDATE", [todo])
        visitors = [
            threading.Thread(target=metered.gunicorn.ask, args=("PATCH", f"/notices/{todo}", change, caller))
            for _ in range(5)
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


def test_silent_visitors_keep_nobody_waiting_and_eight_are_let_in_at_a_time(metered: Metered) -> None:
    for _ in range(5):  # a machine too busy to look within a visitor's five seconds tries again
        began = time.monotonic()
        with ExitStack() as visitors:

            def visitor(stack: ExitStack = visitors) -> socket.socket:
                return stack.enter_context(socket.create_connection(("127.0.0.1", metered.metrics_port), timeout=20))

            silent = [visitor()]
            assert metered.answer()[0] == 200
            alone = still_open(silent[0])
            silent += [visitor() for _ in range(12)]
            assert [connection.recv(1) for connection in silent[9:]] == [b""] * 4  # closed unread
            among_others = still_open(silent[7])
            in_time = time.monotonic() - began < SECONDS_TO_SEND_A_REQUEST
        metered.recovers()
        if in_time:
            assert (alone, among_others) == (True, True)
            return
    pytest.fail("no try ended within the five seconds that a visitor may be silent")


def still_open(connection: socket.socket) -> bool:
    return not select.select([connection], [], [], 0)[0]


def test_only_metrics_and_readiness_are_served_there_and_nothing_of_the_request_is_repeated(metered: Metered) -> None:
    refused = {
        ("GET", "/"): 404,
        ("GET", "/metricsx"): 404,
        ("GET", "/<script>"): 404,
        ("POST", "/metrics"): 404,
        ("HEAD", "/metrics"): 404,
        ("POST", "/readyz"): 404,
        ("GET", "/readyz/"): 404,
        ("<script>", "/metrics"): 404,
        ("A <script>", "/metrics"): 400,
    }
    answers = {request: metered.answer(*request) for request in refused}
    assert {request: status for request, (status, _) in answers.items()} == refused
    assert "script" not in "".join(text for _, text in answers.values()).lower()


def test_metrics_are_not_reached_through_the_service(metered: Metered) -> None:
    answer = metered.gunicorn.ask("GET", "/metrics")
    assert (answer.status, answer.json["type"]) == (404, "/docs/errors/not-found")


def test_colour_and_version_are_a_metric_of_their_own(metered: Metered) -> None:
    series = metered.scrape()
    assert series['service_build_info{colour="green",version="1.2.3"}'] == 1
    assert [name for name in series if "green" in name] == ['service_build_info{colour="green",version="1.2.3"}']


def test_health_checks_are_not_counted(metered: Metered) -> None:
    def counted() -> float:
        return sum(
            value for series, value in metered.scrape().items() if series.startswith("service_http_requests_total")
        )

    before = counted()
    for path in ("/healthz", "/readyz"):
        assert metered.gunicorn.ask("GET", path).status == 200
    assert counted() == before
    metered.until(lambda values: values["service_pool_in_use"] == 0)


def connections_to(port: int, pid: int) -> int:
    """How many of a process's open files are TCP connections to `port`."""
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    inodes = {row[9] for row in rows if int(row[2].partition(":")[2], 16) == port}
    links = []
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(str(file.readlink()))
    return sum(link.removeprefix("socket:[").removesuffix("]") in inodes for link in links)


def test_no_worker_inherits_the_connection_that_asks_whether_the_database_is_there(
    metered: Metered, stage: Stage
) -> None:
    ended, answers = threading.Event(), []

    def ask() -> None:
        while not ended.is_set():
            answers.append(metered.answer(path="/readyz"))

    askers = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
    for asker in askers:
        asker.start()
    inherited = []
    for _ in range(5):
        (worker,) = metered.gunicorn.workers()
        os.kill(worker, signal.SIGKILL)
        while metered.gunicorn.workers() in ([], [worker]):
            time.sleep(0.01)
        inherited += [connections_to(stage.server.port, pid) for pid in metered.gunicorn.workers()]
    ended.set()
    for asker in askers:
        asker.join(20)
    assert set(answers) == {(200, "ok\n")}
    assert inherited == [0] * 5


def answer_after_resets(metered: Metered) -> None:
    for _ in range(10):
        with suppress(ConnectionResetError):
            pytest.fail(f"somebody answered: {metered.answer()}")
        time.sleep(0.1)


def test_nobody_answers_on_the_metrics_port_once_the_master_is_gone_and_the_next_start_removes_what_it_left(
    serve: Serve, caller: dict[str, str]
) -> None:
    metered = Metered(serve, WEB_WORKERS="2")
    metered.ask_todos(3, caller)
    os.kill(metered.gunicorn.workers()[0], signal.SIGKILL)  # its successor is forked while the server has threads
    metered.until(lambda values: values["service_threads"] == 8)
    workers = metered.gunicorn.workers()
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)  # they would leave by themselves
    metered.gunicorn.send(signal.SIGKILL)
    try:
        metered.gunicorn.process.wait(timeout=10)
        # The kernel may close the socket a moment after wait, and reset who came before: then refused.
        with pytest.raises(ConnectionRefusedError):
            answer_after_resets(metered)
    finally:
        for worker in workers:  # the kernel ends stopped ones too, once their group has no parent
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
    left = metered.gunicorn.metrics_folder()
    assert list(left.glob("*.db"))

    second = Metered(serve)
    assert not left.exists()
    assert ANSWERED not in second.scrape()
    own = second.gunicorn.metrics_folder()
    assert own.exists()
    second.gunicorn.send(signal.SIGTERM)
    assert second.gunicorn.process.wait(timeout=20) == 0
    assert not own.exists()


def test_a_taken_metrics_port_is_one_sentence_and_nothing_is_served(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        gunicorn = serve(ready=False, METRICS_PORT=str(taken))
        assert gunicorn.process.wait(timeout=120) == 1
    said = gunicorn.log.read_text()
    assert f"The metrics server cannot listen at 127.0.0.1:{taken} (Address already in use)" in said
    assert "METRICS_PORT=0" in said
    assert "Traceback" not in said
    assert "Listening at" not in said


def test_a_metrics_port_that_is_the_service_s_own_is_refused(stage: Stage) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "todoproject/server/gunicorn.conf.py", "--check-config"],
        cwd=ROOT,
        env={**stage.environment, "PORT": "8765", "METRICS_PORT": "8765"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.returncode == 1
    assert "PORT and METRICS_PORT are both 8765: choose another METRICS_PORT, or 0 for none." in checked.stderr
