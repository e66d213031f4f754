"""A gunicorn of a test's own, with the configuration file of production, and what its metrics server says."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from local import ports
from todoproject.metrics import directory

ROOT = Path(__file__).resolve().parent.parent.parent


class Gunicorn:
    """A running gunicorn in a process group of its own; `environment` is all it knows."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = ports.any_free()
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "todoproject/server/gunicorn.conf.py"],
                cwd=ROOT,
                env={**environment, "PORT": str(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for(self, status: int, path: str = "/readyz", *, seconds: float = 180) -> float:
        """Ask until the answer has `status`; return how many seconds that took.

        The server is to end the connection. It would see the end of one that it keeps a little later, and give it a
        thread: in the midst of whatever the test does next.
        """
        started = time.monotonic()
        answered: object = None
        while (waited := time.monotonic() - started) < seconds:
            assert self.process.poll() is None, f"gunicorn ended: {self.log.read_text()}"
            try:
                answered = self.ask("GET", path, headers={"Connection": "close"}).status
            except OSError as error:
                answered = error
            if answered == status:
                return waited
            time.sleep(0.05)
        raise AssertionError(f"{path} is {answered!r} after {seconds} s: {self.log.read_text()}")

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, *, timeout: float = 20
    ) -> "Answer":
        """Send one request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def records(self, logger: str = "") -> list[dict[str, Any]]:
        """Return what it has logged so far (by `logger`); every line must be JSON, and the last may be half written."""
        text = self.log.read_text()
        records = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
        return [record for record in records if not logger or record["logger"] == logger]

    def workers(self) -> list[int]:
        """The pids of the workers that live."""
        booted = [record["message"].split() for record in self.records("gunicorn.error")]
        return [pid for pid in (int(words[-1]) for words in booted if words[0] == "Booting") if directory.alive(pid)]

    def metrics_folder(self) -> Path:
        return directory.parent() / f"{directory.PREFIX}{self.process.pid}"

    def send(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        """End the whole group, whatever state it is in."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=10)


class Answer:
    """An answer, read to its end."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def connected(gunicorn: Gunicorn, stack: ExitStack, request: bytes = b"") -> socket.socket:
    """Return a connection of its own, over which `request` has been sent."""
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", gunicorn.port), timeout=20))
    connection.sendall(request)
    return connection


def slow_reader(gunicorn: Gunicorn, stack: ExitStack, request: bytes) -> socket.socket:
    """A client whose kernel takes little of an answer before it is read."""
    reader = stack.enter_context(socket.socket())
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.settimeout(20)
    reader.connect(("127.0.0.1", gunicorn.port))
    reader.sendall(request)
    return reader


class Metered:
    """A gunicorn, and what its metrics server says."""

    def __init__(self, serve: Callable[..., Gunicorn], **variables: str) -> None:
        self.metrics_port = ports.any_free()
        self.gunicorn: Gunicorn = serve(METRICS_PORT=str(self.metrics_port), **variables)

    def answer(self, method: str = "GET", path: str = "/metrics") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.metrics_port, timeout=20)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def scrape(self) -> dict[str, float]:
        """Return every series with its value."""
        status, text = self.answer()
        assert status == 200, text
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return {series: float(value) for series, _, value in (line.rpartition(" ") for line in lines)}

    def recovers(self) -> None:
        """Ask until it answers: visitors that have left are noticed a little later."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(ConnectionError):
                if self.answer()[0] == 200:
                    return
        raise AssertionError("the metrics server does not answer")

    def until(self, holds: Callable[[dict[str, float]], bool], *, seconds: float = 180) -> dict[str, float]:
        """Scrape until the values are as they should be: gauges follow a request's end, and a death, a little later."""
        deadline = time.monotonic() + seconds
        while not holds(values := self.scrape()):
            assert time.monotonic() < deadline, json.dumps(values, indent=1)
            time.sleep(0.05)
        return values

    def ask_todos(self, times: int, caller: dict[str, str]) -> None:
        answers = [self.gunicorn.ask("GET", "/notices?limit=1", headers=caller).status for _ in range(times)]
        assert answers == [200] * times
