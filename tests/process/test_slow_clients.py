"""Clients that are slow, silent or do not let go: they keep a thread for some seconds at most, and nobody waiting."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.patience import patient
from tests.process.conftest import Stage
from tests.process.gunicorn_process import Gunicorn

pytestmark = pytest.mark.slow

THREADS = 4
HOST = b"Host: localhost\r\n"


@pytest.fixture(scope="module")
def gunicorn(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gunicorn]:
    """One for all tests here; each leaves it as it was."""
    environment = {**stage.environment, "WEB_WORKERS": "1", "WEB_THREADS": str(THREADS)}
    gunicorn = Gunicorn(environment, tmp_path_factory.mktemp("slow") / "log")
    try:
        gunicorn.wait_for(200)
        yield gunicorn
    finally:
        gunicorn.kill()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes the connections of a test."""
    with ExitStack() as stack:
        yield stack


def connected(gunicorn: Gunicorn, stack: ExitStack, request: bytes = b"") -> socket.socket:
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", gunicorn.port), timeout=20))
    connection.sendall(request)
    return connection


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
