"""The metrics server alone, in this process, with a shorter patience; and the folders of masters that were killed."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from todoproject.metrics import directory, server

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

PATIENCE = 0.5


def scraped(_environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
    """Answer instead of the metrics, which need a folder from before the first import."""
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


def test_a_client_that_sends_slowly_keeps_its_place_no_longer_than_a_silent_one(port: int) -> None:
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


def test_only_folders_of_dead_masters_are_removed_and_one_that_resists_stops_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's folder cannot be removed, and another master that starts now may be faster."""
    monkeypatch.setattr(directory, "parent", lambda: tmp_path)
    dead, alive, resists = (tmp_path / f"{directory.PREFIX}{pid}" for pid in (99_999_998, os.getppid(), 99_999_999))
    dead.mkdir()
    alive.mkdir()
    resists.touch()  # no folder: rmtree fails
    directory.remove_left_over()
    assert sorted(tmp_path.iterdir()) == sorted([alive, resists])
