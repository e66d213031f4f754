"""A stopping server leaves the load balancer first, and closes its door when nobody knocks any more."""

import http.client
import os
import signal
import socket
import threading
import time
from typing import Self

import pytest

from tests.patience import STANDSTILL_SECONDS, patient
from tests.process.conftest import Serve, Stage
from tests.process.gunicorn_process import Gunicorn

pytestmark = pytest.mark.slow

# Far below what is not at once (a window of 60 s, graceful_timeout of 30 s, the default window of 20 s), and enough for
# a machine with much else to do.
AT_ONCE = 10

BODY = b'{"text": "sent slowly"}'


class Visitors:
    """Four threads that open a new connection for every request until they are told to stop."""

    def __init__(self, gunicorn: Gunicorn) -> None:
        self.gunicorn = gunicorn
        self.served = 0
        self.refused: list[tuple[float, str]] = []
        self.gone = threading.Event()
        self.threads = [threading.Thread(target=self.visit, daemon=True) for _ in range(4)]
        for thread in self.threads:
            thread.start()

    def visit(self) -> None:
        while not self.gone.is_set():
            try:
                assert self.gunicorn.ask("GET", "/healthz").status == 200
                self.served += 1
            except OSError as error:
                self.refused.append((time.monotonic(), repr(error)))
            time.sleep(0.02)

    def leave(self) -> None:
        self.gone.set()
        for thread in self.threads:
            thread.join(timeout=20)


class SlowRequest:
    """A request that is being served until `finish` sends the second half of its body."""

    def __init__(self, gunicorn: Gunicorn, caller: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", gunicorn.port, timeout=30)
        self.connection.putrequest("POST", "/notices")
        for name, value in {**caller, "Content-Length": str(len(BODY))}.items():
            self.connection.putheader(name, value)
        self.connection.endheaders(BODY[:10])
        time.sleep(0.2)  # until a worker has it, as far as one can see from outside

    def finish(self) -> int:
        self.connection.send(BODY[10:])
        with self.connection.getresponse() as response:
            response.read()
            return response.status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def test_sigterm_turns_every_worker_red_at_once_while_new_connections_are_still_served(serve: Serve) -> None:
    spare = 1 + STANDSTILL_SECONDS  # who is let in and then stands still with the machine finds the listeners closed
    window = round(patient(3) + spare)
    gunicorn = serve(WEB_WORKERS="3", DRAIN_SECONDS=str(window))
    visitors = Visitors(gunicorn)
    signalled = time.monotonic()
    gunicorn.send(signal.SIGTERM)
    # Once one worker is red, all are. With 40 answers a green one stays unseen once in ten million times: (2/3)^40.
    gunicorn.wait_for(503, seconds=window / 2)
    answers = [gunicorn.ask("GET", "/readyz") for _ in range(40)]
    assert {answer.status for answer in answers} == {503}
    assert "Draining" in answers[0].json["detail"]
    assert int(answers[0].headers["Retry-After"]) > 0
    assert gunicorn.ask("GET", "/readyz?deep=1").status == 503
    assert gunicorn.ask("GET", "/healthz").status == 200
    time.sleep(max(0.0, signalled + window - spare - time.monotonic()))
    visitors.leave()
    assert visitors.refused == []
    assert visitors.served > 100
    assert gunicorn.process.wait(timeout=60) == 0
    assert window <= time.monotonic() - signalled < 3 * window


def await_closed(gunicorn: Gunicorn) -> None:
    """Return when the service refuses new connections."""
    deadline = time.monotonic() + AT_ONCE
    while time.monotonic() < deadline:
        try:
            gunicorn.ask("GET", "/healthz")
        except ConnectionError:
            return
        time.sleep(0.05)
    raise AssertionError(f"new connections are still served {AT_ONCE} s after SIGTERM")


def test_a_request_in_flight_is_answered_after_the_listeners_have_closed_and_a_silent_client_delays_nothing(
    serve: Serve, caller: dict[str, str]
) -> None:
    gunicorn = serve(DRAIN_SECONDS="1")
    with socket.create_connection(("127.0.0.1", gunicorn.port)), SlowRequest(gunicorn, caller) as slow:
        gunicorn.send(signal.SIGTERM)
        await_closed(gunicorn)
        assert slow.finish() == 201
        assert gunicorn.process.wait(timeout=AT_ONCE) == 0


def test_a_worker_that_dies_while_draining_is_replaced_by_a_red_one_and_a_second_sigterm_stops_at_once(
    serve: Serve, caller: dict[str, str]
) -> None:
    gunicorn = serve(DRAIN_SECONDS="60")
    gunicorn.send(signal.SIGTERM)
    gunicorn.wait_for(503, seconds=AT_ONCE)
    (worker,) = gunicorn.workers()
    os.kill(worker, signal.SIGKILL)
    gunicorn.wait_for(200, "/healthz", seconds=AT_ONCE)
    assert gunicorn.ask("GET", "/readyz").status == 503
    with SlowRequest(gunicorn, caller):
        assert gunicorn.process.poll() is None
        gunicorn.send(signal.SIGTERM)
        assert gunicorn.process.wait(timeout=AT_ONCE) == 0


def test_ctrl_c_stops_at_once_while_requests_finish(serve: Serve, caller: dict[str, str]) -> None:
    gunicorn = serve(DRAIN_SECONDS="0")
    with SlowRequest(gunicorn, caller):
        gunicorn.send(signal.SIGTERM)
        time.sleep(0.5)
        assert gunicorn.process.poll() is None
        gunicorn.send(signal.SIGINT)
        assert gunicorn.process.wait(timeout=AT_ONCE) == 0


def test_the_event_loop_serves_and_leaves_no_connection_open_then_drains_and_ends_by_itself(
    serve: Serve, stage: Stage, caller: dict[str, str]
) -> None:
    """Nothing more is promised of it (docs/adr/0004)."""
    gunicorn = serve(SERVER="asgi", DRAIN_SECONDS="3")
    assert gunicorn.ask("POST", "/notices", '{"text": "served by a loop"}', caller).status == 201
    for _ in range(5):
        assert gunicorn.ask("GET", "/notices?limit=1", headers=caller).status == 200
    with stage.server.connect() as superuser:
        opened = superuser.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'service_app'").fetchone()
    assert opened == (0,)

    gunicorn.send(signal.SIGTERM)
    gunicorn.wait_for(503, seconds=3)
    assert gunicorn.ask("GET", "/notices?limit=1", headers=caller).status == 200
    assert gunicorn.process.wait(timeout=60) == 0
    # Killed by the signal, its worker would have shipped no audit record that was still in the queue.
    assert "was sent SIGTERM" not in gunicorn.log.read_text()
    assert [record for record in gunicorn.records() if "exception" in record] == []
