"""The metrics server itself: one address, on a port of its own, for as long as the master lives."""

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
from tests.process.gunicorn_process import ROOT, Gunicorn
from tests.process.metered import Metered, folder_of
from todoproject.metrics import directory
from todoproject.metrics.exposition import seconds_of
from todoproject.metrics.server import SECONDS_TO_SEND_A_REQUEST

pytestmark = [pytest.mark.slow, pytest.mark.followed]


@pytest.fixture(scope="module")
def metered(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Metered]:
    """One for all tests that only ask; nothing else is counted there."""

    def start(**variables: str) -> Gunicorn:
        environment = {**stage.environment, "WEB_WORKERS": "1", **variables}
        gunicorn = Gunicorn(environment, tmp_path_factory.mktemp("metered") / "log")
        gunicorn.wait_for(200)
        return gunicorn

    metered = Metered(start, COLOUR="green", VERSION="1.2.3")
    yield metered
    metered.gunicorn.send(signal.SIGTERM)
    metered.gunicorn.process.wait(timeout=60)


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


def test_cpu_time_is_that_of_all_workers_and_never_falls_when_one_ends(serve: Serve, caller: dict[str, str]) -> None:
    metered = Metered(serve, WEB_WORKERS="2")
    metered.ask_todos(50, caller)
    before = metered.scrape()["process_cpu_seconds_total"]
    workers = metered.workers()
    used = sum(seconds_of(pid) for pid in workers)
    assert 0.05 < used < before < used + 30
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    metered.until(lambda values: values["service_threads"] == 8 and values["service_pool_size"] == 0)
    assert metered.scrape()["process_cpu_seconds_total"] >= before


def connections_to(port: int, pid: int) -> int:
    """How many of a process's open files are TCP connections to `port`."""
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    inodes = {row[9] for row in rows if int(row[2].partition(":")[2], 16) == port}
    links = []
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(str(file.readlink()))
    return sum(link.removeprefix("socket:[").removesuffix("]") in inodes for link in links)


def test_no_worker_inherits_the_connection_that_asks_whether_the_database_is_there(serve: Serve, stage: Stage) -> None:
    metered = Metered(serve, WEB_WORKERS="1")
    ended, answers = threading.Event(), []

    def ask() -> None:
        while not ended.is_set():
            answers.append(metered.answer(path="/readyz"))

    askers = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
    for asker in askers:
        asker.start()
    inherited = []
    for _ in range(5):
        (worker,) = metered.workers()
        os.kill(worker, signal.SIGKILL)
        while metered.workers() in ([], [worker]):
            time.sleep(0.01)
        inherited += [connections_to(stage.server.port, pid) for pid in metered.workers()]
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


def test_nobody_answers_on_the_metrics_port_once_the_master_is_gone(serve: Serve, caller: dict[str, str]) -> None:
    metered = Metered(serve, WEB_WORKERS="2")
    os.kill(metered.workers()[0], signal.SIGKILL)  # its successor is forked while the server has threads
    metered.until(lambda values: values["service_threads"] == 8)
    workers = metered.workers()
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


def test_a_taken_metrics_port_is_one_sentence_and_nothing_is_served(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        gunicorn: Gunicorn = serve(ready=False, METRICS_PORT=str(taken))
        assert gunicorn.process.wait(timeout=120) == 1
    said = gunicorn.log.read_text()
    assert f"The metrics server cannot listen at 127.0.0.1:{taken} (Address already in use)" in said
    assert "METRICS_PORT=0" in said
    assert "Traceback" not in said
    assert "Listening at" not in said


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "METRICS_PORT='' is not a whole number from 0 to 65535."),
        ("8765", "PORT and METRICS_PORT are both 8765: choose another METRICS_PORT, or 0 for none."),
    ],
)
def test_a_metrics_port_that_cannot_be_meant_is_refused(stage: Stage, value: str, reason: str) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "todoproject/server/gunicorn.conf.py", "--check-config"],
        cwd=ROOT,
        env={**stage.environment, "PORT": "8765", "METRICS_PORT": value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.returncode == 1
    assert reason in checked.stderr


def test_zero_switches_metrics_off(serve: Serve) -> None:
    gunicorn: Gunicorn = serve(METRICS_PORT="0")
    assert folder_of(gunicorn) not in directory.parent().iterdir()
