"""The load that the cluster tests make: it counts every answer, and ends when it is told."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cluster import load_pod
from tests.cluster.conftest import words

LOAD = Path(__file__).with_name("load.py")


def test_load_lasts_some_seconds_ends_and_is_read(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_IMAGE", "service:test")
    monkeypatch.setattr(load_pod, "SHORTEST_SECONDS", 0.5)
    began = time.monotonic()
    result = json.dumps({"counts": {"200": 7}, "failures": [], "again": 1})
    (fake / "answers").write_text(
        f"case \"$*\" in *logs*) echo '{result}';; exec*) touch {fake}/stopped;; "
        f"get*) if [ -e {fake}/stopped ]; then phase=Succeeded; else phase=Running; fi; "
        'echo "{\\"status\\": {\\"phase\\": \\"$phase\\"}}";; esac'
    )
    with load_pod.under_load("http://web/todos", "token") as load:
        assert load.counts == {}
    assert time.monotonic() - began >= 0.5
    assert (load.counts, load.again) == ({"200": 7}, 1)
    assert words(fake)[-1].startswith("delete pod load-")


def test_load_is_removed_when_the_block_fails(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_IMAGE", "service:test")
    (fake / "answers").write_text('echo "{\\"status\\": {\\"phase\\": \\"Running\\"}}"')
    with pytest.raises(ZeroDivisionError), load_pod.under_load("http://web/todos", "token"):
        _ = 1 / 0
    assert words(fake)[-1].startswith("delete pod load-")


class Flaky(BaseHTTPRequestHandler):
    """Answers 200 to the first ten requests, then 503."""

    asked = 0
    lock = threading.Lock()

    def do_GET(self) -> None:
        with self.lock:
            Flaky.asked += 1
            number = Flaky.asked
        self.send_response(200 if number <= 10 else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_request(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Flaky) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_load_counts_every_answer_until_it_is_told_to_stop(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    environment = {"URL": f"http://127.0.0.1:{server.server_port}/", "TOKEN": "token", "STOP": str(stop), "KEPT": "0"}
    process = subprocess.Popen(
        [sys.executable, "-c", LOAD.read_text()], env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while Flaky.asked < 20 and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.touch()
    result = json.loads(process.communicate(timeout=60)[0])
    assert result["counts"] == {"200": 10, "503": Flaky.asked - 10}
    assert result["failures"][0].endswith(" 503")


def test_the_load_counts_a_refused_connection(tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    environment = {"URL": "http://127.0.0.1:1/todos", "STOP": str(stop)}
    for seconds in (1, 5, 25):
        stop.unlink(missing_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", LOAD.read_text()],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        time.sleep(seconds)
        stop.touch()
        if counts := json.loads(process.communicate(timeout=60)[0])["counts"]:
            break  # else a slow machine had not begun when it was told to stop
    (said,) = counts
    assert said.startswith("ConnectionRefusedError")


class Keeping(BaseHTTPRequestHandler):
    """Keeps connections, and closes each without a word after five answers."""

    protocol_version = "HTTP/1.1"
    connections = answers = 0

    def setup(self) -> None:
        super().setup()
        Keeping.connections += 1
        self.left = 5

    def do_GET(self) -> None:
        Keeping.answers += 1
        self.left -= 1
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.close_connection = self.left == 0

    def log_request(self, *_args: object) -> None:
        """Say nothing."""


def test_the_load_keeps_connections_and_asks_again_when_one_was_closed_without_an_answer(tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    with ThreadingHTTPServer(("127.0.0.1", 0), Keeping) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        environment = {"URL": f"http://127.0.0.1:{server.server_port}/", "STOP": str(stop), "KEPT": "4"}
        process = subprocess.Popen(
            [sys.executable, "-c", LOAD.read_text()],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 60
        while Keeping.answers < 40 and time.monotonic() < deadline:
            time.sleep(0.05)
        stop.touch()
        result = json.loads(process.communicate(timeout=60)[0])
        server.shutdown()
        thread.join()
    assert result["counts"] == {"200": Keeping.answers}
    assert result["again"] > 0
    assert Keeping.connections < Keeping.answers
