"""A gunicorn of a test's own, with the configuration file of production."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from local import ports

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
        """Return what it has logged so far (by `logger`); every line must be JSON."""
        records = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [record for record in records if not logger or record["logger"] == logger]

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
