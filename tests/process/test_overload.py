"""More requests than a worker can serve: those it takes are served, the others hear so at once, and nobody hangs."""

import http.client
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import psycopg
import pytest

from tests.patience import patient
from tests.process.conftest import Serve, Stage
from tests.process.gunicorn_process import Answer, Gunicorn, Metered
from todoproject.server.limits import WAITING_PER_THREAD

pytestmark = pytest.mark.slow

REFUSED = 5
REFUSALS = 'service_http_requests_total{method="OTHER",route="refused",status="503",traffic="users"}'


class Client:
    """A connection that is kept; an answer may be read later than its request is sent."""

    def __init__(self, gunicorn: Gunicorn) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", gunicorn.port, timeout=20)

    def ask(self, caller: dict[str, str], method: str = "GET", path: str = "/notices?limit=1", body: str = "") -> None:
        self.connection.request(method, path, body or None, caller)

    def answer(self) -> Answer:
        response = self.connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())


@pytest.fixture(scope="module")
def metered(serve_module: Serve) -> Metered:
    """A worker with one thread, for all tests here that leave it as it was."""
    return Metered(serve_module, WEB_THREADS="1")


def crowd_of(gunicorn: Gunicorn) -> list[Client]:
    """As many as the thread and its queue can take, and some more."""
    return [Client(gunicorn) for _ in range(1 + WAITING_PER_THREAD + REFUSED)]


@pytest.fixture
def crowd(metered: Metered) -> Iterator[list[Client]]:
    clients = crowd_of(metered.gunicorn)
    yield clients
    for client in clients:
        client.connection.close()
    metered.until(lambda values: values["service_http_requests_in_flight"] == values["service_pool_waiting"] == 0)


class Held:
    """Nobody can read todos within the block."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.stack = stage, ExitStack()

    def __enter__(self) -> None:
        connection: psycopg.Connection = self.stack.enter_context(self.stage.server.connect("service"))
        self.stack.enter_context(connection.transaction())
        connection.execute("LOCK TABLE conformance_notice IN ACCESS EXCLUSIVE MODE")

    def __exit__(self, *_: object) -> None:
        self.stack.close()


def until_nobody_listens(gunicorn: Gunicorn) -> None:
    """Return when new connections are refused: the worker is stopping."""
    with suppress(ConnectionRefusedError):
        while True:
            socket.create_connection(("127.0.0.1", gunicorn.port), timeout=20).close()
            time.sleep(0.01)


def fill(metered: Metered, taken: list[Client], caller: dict[str, str]) -> None:
    """Let the thread be busy and its queue be full."""
    taken[0].ask(caller)
    metered.until(lambda values: values["service_http_requests_in_flight"] == 1)
    for client in taken[1:]:
        client.ask(caller)
    metered.until(lambda values: values["service_pool_waiting"] == WAITING_PER_THREAD)


def test_who_comes_too_late_hears_so_at_once_and_everybody_else_is_served(
    metered: Metered, crowd: list[Client], stage: Stage, caller: dict[str, str]
) -> None:
    taken, late = crowd[:-REFUSED], crowd[-REFUSED:]
    before = metered.scrape().get(REFUSALS, 0)
    for client in crowd:  # all connections are there already, as a load balancer's are
        client.ask(caller)
        assert client.answer().status == 200
    with Held(stage):
        fill(metered, taken, caller)
        started = time.monotonic()
        for client in late:
            client.ask(caller)
            refused = client.answer()
            assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert refused.json["type"] == "/docs/errors/unavailable"
        assert time.monotonic() - started < patient(0.5)
    assert [client.answer().status for client in taken] == [200] * len(taken)
    assert metered.scrape()[REFUSALS] == before + REFUSED
    for client in late:  # over the same connections
        client.ask(caller)
        assert client.answer().status == 200


def test_a_request_with_a_body_is_refused_whole_and_its_connection_can_be_used_again(
    metered: Metered, crowd: list[Client], stage: Stage, caller: dict[str, str]
) -> None:
    taken, late, other = crowd[:-REFUSED], crowd[-1], crowd[-2]
    with Held(stage):
        fill(metered, taken, caller)
        for _ in range(2):
            late.ask(caller, "POST", "/notices", '{"text": "never made"}')
            refused = late.answer()
            assert (refused.status, refused.headers["Connection"]) == (503, "keep-alive")
        other.ask(caller, "POST", "/notices", " " * 900_000)
        assert other.answer().status == 503
    assert [client.answer().status for client in taken] == [200] * len(taken)
    assert b"never made" not in metered.gunicorn.ask("GET", "/notices", headers=caller).body


def test_a_refusal_has_a_request_id_and_an_access_line(
    metered: Metered, crowd: list[Client], stage: Stage, caller: dict[str, str]
) -> None:
    taken, late = crowd[:-REFUSED], crowd[-REFUSED:]
    with Held(stage):
        fill(metered, taken, caller)
        for client, given in zip(late, ({"X-Request-ID": "refused-1"}, {}), strict=False):
            client.ask(caller | given, path="/notices?q=hidden")
            refused = client.answer()
            identifier = refused.headers["X-Request-ID"]
            assert refused.json["request_id"] == identifier == given.get("X-Request-ID", identifier)
            (line,) = [line for line in metered.gunicorn.records("access") if line["request_id"] == identifier]
            assert (line["method"], line["path"], line["status"]) == ("GET", "/notices", 503)
            assert line["user_id"] is None
    assert [client.answer().status for client in taken] == [200] * len(taken)


def test_a_refused_connection_ends_where_its_client_wants_or_knows_no_other_way(
    metered: Metered, crowd: list[Client], stage: Stage, caller: dict[str, str]
) -> None:
    taken = crowd[:-REFUSED]
    requests = [
        b"GET /notices HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /notices HTTP/1.0\r\n\r\n",
        b"GET /healthzfoo HTTP/1.1\r\nConnection: Upgrade, Close\r\n\r\n",  # no health check: it is refused too
    ]
    with Held(stage):
        fill(metered, taken, caller)
        for request in requests:
            with socket.create_connection(("127.0.0.1", metered.gunicorn.port), timeout=5) as late:
                late.sendall(request)
                answer = b""
                while data := late.recv(65536):
                    answer += data
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nConnection: close\r\n" in answer
    assert [client.answer().status for client in taken] == [200] * len(taken)


def test_a_busy_worker_is_still_healthy(
    metered: Metered, crowd: list[Client], stage: Stage, caller: dict[str, str]
) -> None:
    taken, probe, idle = crowd[:-REFUSED], crowd[-1], crowd[-2]
    with Held(stage):
        fill(metered, taken, caller)
        idle.connection.connect()  # says nothing, and takes no place
        probe.ask({}, "GET", "/readyz")
        assert probe.answer().status == 200
        probe.ask({}, "HEAD", "/healthz")
        answer = probe.answer()
        assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "16")
        assert metered.scrape()["service_pool_waiting"] == WAITING_PER_THREAD
    assert [client.answer().status for client in taken] == [200] * len(taken)
    idle.ask(caller)
    assert idle.answer().status == 200


def test_requests_that_come_together_are_answered_in_order_whoever_answers(
    metered: Metered, crowd: list[Client], stage: Stage, caller: dict[str, str]
) -> None:
    taken = crowd[:-REFUSED]
    together = [b"GET /%s HTTP/1.1\r\nHost: localhost\r\n" % path for path in (b"nothing", b"healthz", b"nothing")]
    request = b"\r\n".join([*together, b"Connection: close\r\n\r\n"]).replace(b"\r\n\r\nConnection", b"\r\nConnection")
    assert statuses(metered.gunicorn, request) == [b"404", b"200", b"404"]
    with Held(stage):
        fill(metered, taken, caller)
        assert statuses(metered.gunicorn, request) == [b"503", b"200", b"503"]
    assert [client.answer().status for client in taken] == [200] * len(taken)


def statuses(gunicorn: Gunicorn, request: bytes) -> list[bytes]:
    """Return the statuses of all answers until the connection ends."""
    answers = b""
    with socket.create_connection(("127.0.0.1", gunicorn.port), timeout=20) as connection:
        connection.sendall(request)
        while data := connection.recv(65536):
            answers += data
    return re.findall(rb"HTTP/1\.1 (\d{3})", answers)


def test_a_stopping_worker_keeps_no_refused_connection(serve: Serve, stage: Stage, caller: dict[str, str]) -> None:
    metered = Metered(serve, WEB_THREADS="1")
    crowd = crowd_of(metered.gunicorn)
    taken, late = crowd[:-REFUSED], crowd[-1]
    late.ask(caller)
    assert late.answer().status == 200
    with Held(stage):
        fill(metered, taken, caller)
        metered.gunicorn.send(signal.SIGTERM)
        until_nobody_listens(metered.gunicorn)
        late.ask(caller)
        refused = late.answer()
        assert (refused.status, refused.headers["Connection"]) == (503, "close")
    assert [client.answer().status for client in taken] == [200] * len(taken)
    for client in crowd:
        client.connection.close()
    assert metered.gunicorn.process.wait(timeout=patient(10)) == 0
