"""A closed loop: some kept connections, each asks again as soon as it has its answer. One thread, raw sockets.

The generator must cost less than what it measures: requests are bytes made beforehand, and of an answer only its status
and its length are read.
"""

import re
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
TIMEOUT_SECONDS = 30


class BrokenAnswerError(Exception):
    """A server hung up or answered what nobody asked for."""


@dataclass
class Exchange:
    """A connection and the answer that is arriving on it."""

    socket: socket.socket
    started: float = 0.0
    buffer: bytes = b""
    asking: bool = False

    @classmethod
    def open(cls, port: int) -> "Exchange":
        opened = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(opened)

    def send(self, request: bytes) -> None:
        self.started, self.buffer, self.asking = time.perf_counter(), b"", True
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """Read what has come; return the whole answer, None while some of it is missing."""
        came = self.socket.recv(262_144)
        if not came:
            raise BrokenAnswerError("the server closed a connection in the middle of an answer")
        self.buffer += came
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        length = LENGTH.search(self.buffer, 0, end)
        expected = int(length[1]) if length else 0
        self.asking = len(self.buffer) < end + 4 + expected
        return None if self.asking else self.buffer

    def ask(self, request: bytes) -> bytes:
        """Send and wait."""
        self.send(request)
        while (answer := self.receive()) is None:
            pass
        return answer


def status_of(answer: bytes) -> int:
    """Return the status of an answer."""
    return int(answer[9:12])


def ask_once(port: int, request: bytes) -> bytes:
    """Ask on a connection of its own."""
    exchange = Exchange.open(port)
    try:
        return exchange.ask(request)
    finally:
        exchange.socket.close()


class ClosedLoop:
    """`connections` clients that go round `requests`; every answer must have one of `statuses`."""

    def __init__(self, port: int, requests: Iterator[bytes], *, connections: int, statuses: set[int]) -> None:
        self._requests, self._statuses = requests, statuses
        self._selector = selectors.DefaultSelector()
        for _ in range(connections):
            exchange = Exchange.open(port)
            self._selector.register(exchange.socket, selectors.EVENT_READ, exchange)
            exchange.send(next(requests))

    def run(self, *, seconds: float = 1e9, requests: int = 10**9) -> list[float]:
        """Go on for `seconds`, or until `requests` have been answered; return how long each took, in seconds."""
        times: list[float] = []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end and len(times) < requests:
            events = self._selector.select(TIMEOUT_SECONDS)
            if not events:
                raise BrokenAnswerError(f"no answer came for {TIMEOUT_SECONDS} s")
            for key, _ in events:
                exchange: Exchange = key.data
                answer = exchange.receive()
                if answer is None:
                    continue
                now = time.perf_counter()
                if status_of(answer) not in self._statuses:
                    raise BrokenAnswerError(f"{status_of(answer)} instead of {self._statuses}: {answer[:2000]!r}")
                times.append(now - exchange.started)
                exchange.send(next(self._requests))
        return times

    def close(self) -> None:
        """Wait for the answers that are under way, and hang up."""
        for key in list(self._selector.get_map().values()):
            exchange: Exchange = key.data
            try:
                while exchange.asking:
                    exchange.receive()
            finally:
                exchange.socket.close()
        self._selector.close()
