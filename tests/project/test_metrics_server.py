"""The metrics server alone, in this process, with a shorter patience: what it says is not looked at here."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import pytest

from todoproject.metrics import server

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

PATIENCE = 0.5


def scraped(_environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
    """No metrics: those of workers need their folder, which is there before any import or not at all."""
    start_response("200 OK", [])
    return [b"scraped"]


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(server, "SECONDS_TO_SEND_A_REQUEST", PATIENCE)
    with server.MetricsServer("127.0.0.1", 0, scraped) as metrics:
        thread = threading.Thread(target=metrics.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield metrics.server_address[1]
        metrics.shutdown()
        thread.join(timeout=10)


def scrape(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        received = b""
        with suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
            while data := connection.recv(1024):
                received += data
        return received


def test_who_sends_a_byte_now_and_then_keeps_his_place_no_longer_than_who_is_silent(port: int) -> None:
    with ExitStack() as stack:
        trickling = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            for _ in range(server.MOST_CONNECTIONS)
        ]
        for _ in range(40):
            time.sleep(PATIENCE / 3)
            for connection in trickling:
                with suppress(OSError):
                    connection.sendall(b"G")
            if scrape(port).endswith(b"scraped"):
                return
    pytest.fail("nobody can scrape")
