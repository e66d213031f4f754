"""Clients that are slow, silent or do not let go: they cost no thread, and keep nobody waiting."""

import socket
import threading
import time
from contextlib import ExitStack, suppress

import pytest

from tests.patience import patient
from tests.process.conftest import Serve
from tests.process.gunicorn_process import Gunicorn, connected, slow_reader
from todoproject.server.limits import AGE_SECONDS, SLOW_SECONDS

pytestmark = pytest.mark.slow

THREADS = 4
HOST = b"Host: localhost\r\n"


@pytest.fixture(scope="module")
def gunicorn(serve_module: Serve) -> Gunicorn:
    """One for all tests here; each leaves it as it was."""
    return serve_module(WEB_THREADS=str(THREADS))


def test_clients_that_do_not_close_what_they_asked_to_be_closed_keep_nobody_waiting(
    gunicorn: Gunicorn, stack: ExitStack
) -> None:
    staying = [
        connected(gunicorn, stack, b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")
        for _ in range(30)
    ]
    began = time.monotonic()
    assert gunicorn.ask("GET", "/healthz").status == 200
    assert time.monotonic() - began < patient(1)
    for connection in staying:
        while connection.recv(65536):  # the answer, and then our end of it
            pass


def test_clients_that_say_nothing_keep_no_thread(gunicorn: Gunicorn, stack: ExitStack) -> None:
    silent = [connected(gunicorn, stack) for _ in range(2 * THREADS)]
    began = time.monotonic()
    assert gunicorn.ask("GET", "/healthz").status == 200
    assert time.monotonic() - began < patient(1)
    for connection in silent:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def asset(gunicorn: Gunicorn) -> str:
    """The address of a megabyte: ten of them are more than the kernel keeps for a client that does not read."""
    return gunicorn.ask("GET", "/docs").body.decode().partition('src="')[2].partition('"')[0]


def sender(gunicorn: Gunicorn, stack: ExitStack, begin: bytes, piece: bytes) -> socket.socket:
    """A client that begins a request and goes on by a `piece` a second, as long as it lives."""
    connection = connected(gunicorn, stack, begin)

    def trickle() -> None:
        with suppress(OSError):
            while True:
                time.sleep(1)
                connection.sendall(piece)

    threading.Thread(target=trickle, daemon=True).start()
    return connection


def everything(connection: socket.socket) -> bytes:
    """What comes until the server ends the connection."""
    received = b""
    with suppress(ConnectionResetError):
        while data := connection.recv(1 << 20):
            received += data
    return received


def test_slow_heads_and_bodies_end_with_408_and_untaken_answers_end_too_and_neither_costs_a_thread(
    gunicorn: Gunicorn, stack: ExitStack, caller: dict[str, str]
) -> None:
    post = b"POST /auth/token HTTP/1.1\r\nContent-Type: application/json\r\n" + HOST
    beginnings = [
        (b"GET / HTTP/1.1\r\nX-Half: ", b"x"),
        (post + b"Content-Length: 50\r\n\r\n", b"{"),
        (post + b"Transfer-Encoding: chunked\r\n\r\n20\r\n", b"{"),
        (b"GET /healthz HTTP/1.1\r\n" + HOST, b"X-Half: 1\r\n"),
    ]
    request = b"GET " + asset(gunicorn).encode() + b" HTTP/1.1\r\n" + HOST + b"\r\n"
    readers = [slow_reader(gunicorn, stack, request * 10) for _ in range(THREADS)]
    senders = [sender(gunicorn, stack, *each) for each in beginnings for _ in range(THREADS)]
    began = time.monotonic()
    slowest = 0.0
    while time.monotonic() - began < SLOW_SECONDS:
        asked = time.monotonic()
        assert gunicorn.ask("GET", "/notices?limit=1", headers=caller).status == 200
        slowest = max(slowest, time.monotonic() - asked)
        time.sleep(0.1)
    assert slowest < patient(1)
    for connection in senders:
        answer = everything(connection)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"Content-Type: application/problem+json" in answer
    assert time.monotonic() - began < patient(SLOW_SECONDS + 2)
    time.sleep(max(0.0, began + SLOW_SECONDS + 2 - time.monotonic()))
    for reader in readers:
        assert len(everything(reader)) < 10_000_000  # of ten times 1.6 MB: what it had in its buffer
    assert [record for record in gunicorn.records() if record["level"] == "ERROR"] == []


def test_who_reads_late_gets_every_byte_and_the_next_answer_over_the_same_connection(
    gunicorn: Gunicorn, stack: ExitStack
) -> None:
    path = asset(gunicorn)
    whole = gunicorn.ask("GET", path).body
    request = b"GET " + path.encode() + b" HTTP/1.1\r\n" + HOST
    reader = slow_reader(gunicorn, stack, request + b"\r\n" + request + b"Connection: close\r\n\r\n")
    time.sleep(1)
    first, second, rest = everything(reader).split(whole)
    assert first.startswith(b"HTTP/1.1 200 ")
    assert second.startswith(b"HTTP/1.1 200 ")
    assert rest == b""


@pytest.mark.ci  # half a minute of waiting
def test_a_connection_is_ended_by_an_answer_once_it_is_old(gunicorn: Gunicorn, stack: ExitStack) -> None:
    """A Service chooses a pod once a connection: one that stayed would never follow a release."""
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", gunicorn.port), timeout=20))
    began = time.monotonic()
    ended = False
    while not ended and time.monotonic() < began + patient(AGE_SECONDS + 5):
        for path in (b"/nothing", b"/healthz"):  # a thread answers one, the loop the other
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
            ended = b"connection: close" in connection.recv(65536).lower()
            if ended:
                break
            time.sleep(1)
    assert ended
    assert time.monotonic() - began >= AGE_SECONDS - 1
    assert connection.recv(65536) == b""


def test_a_connection_that_ends_with_its_request_gets_the_answer(
    gunicorn: Gunicorn, stack: ExitStack, caller: dict[str, str]
) -> None:
    headers = "".join(f"{name}: {value}\r\n" for name, value in caller.items()).encode()
    connection = connected(gunicorn, stack, b"GET /notices?limit=1 HTTP/1.1\r\n" + HOST + headers + b"\r\n")
    connection.shutdown(socket.SHUT_WR)
    assert everything(connection).startswith(b"HTTP/1.1 200 ")


def test_half_a_body_is_not_taken_for_the_whole(gunicorn: Gunicorn, stack: ExitStack, caller: dict[str, str]) -> None:
    headers = "".join(f"{name}: {value}\r\n" for name, value in caller.items()).encode()
    head = b"POST /notices HTTP/1.1\r\nContent-Length: 60\r\n" + HOST + headers + b"\r\n"
    connection = connected(gunicorn, stack, head + b'{"text": "cut short"}')
    connection.shutdown(socket.SHUT_WR)
    assert everything(connection).startswith(b"HTTP/1.1 400 ")
    assert b"cut short" not in gunicorn.ask("GET", "/notices", headers=caller).body
