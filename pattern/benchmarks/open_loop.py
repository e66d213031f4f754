"""Arrivals that do not wait for answers, and times counted from when a request should have been sent.

A closed loop asks less often while the server is slow and so never sees the worst (coordinated omission,
https://www.scylladb.com/2021/04/22/on-coordinated-omission/). Arrivals are Poisson's, from a fixed seed.
"""

import collections
import errno
import random
import re
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from pattern.benchmarks.http_load import LENGTH, status_of

MOST_CONNECTIONS = 1_000
PATIENCE_SECONDS = 10  # after the last arrival: who has no answer by then hangs
# A selector rounds to milliseconds and wakes late: so long before an arrival the generator looks without sleeping.
SPINNING_SECONDS = 0.002
CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass(frozen=True)
class Arrival:
    """A request, and when it is due, in seconds from the start."""

    at: float
    port: int
    request: bytes
    #: False for the scrapes and probes that a pod gets too.
    counted: bool = True


@dataclass(frozen=True)
class Outcome:
    """The outcome of a request: `status` 0 is a refused or broken connection, -1 no answer at all.

    It was `done` so many seconds from the start, and `seconds` after it had been due.
    """

    status: int
    done: float
    seconds: float
    retry_after: bool = False


@dataclass(eq=False)
class Line:
    """A kept connection; `arrival` is what it is asking, None while it is idle."""

    socket: socket.socket
    port: int
    arrival: Arrival | None = None
    buffer: bytes = b""


@dataclass
class OpenLoop:
    """Sends `arrivals`, which are in order of their time; `late` says how far the generator itself was behind."""

    arrivals: list[Arrival]
    outcomes: list[Outcome] = field(default_factory=list)
    late: float = 0.0
    _idle: dict[int, list[Line]] = field(default_factory=lambda: collections.defaultdict(list))
    _waiting: "collections.deque[Arrival]" = field(default_factory=collections.deque)
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _zero: float = 0.0

    def run(self) -> list[Outcome]:
        """Return what became of every counted arrival."""
        self._zero = time.perf_counter()
        due = collections.deque(self.arrivals)
        end = self._zero + self.arrivals[-1].at + PATIENCE_SECONDS
        while (now := time.perf_counter()) < end:
            while due and self._zero + due[0].at <= now:
                self.late = max(self.late, now - self._zero - due[0].at)
                self._send(due.popleft())
            if not due and not self._waiting and not any(line.arrival for line in self._lines()):
                break
            wait = self._zero + due[0].at - time.perf_counter() - SPINNING_SECONDS if due else end - now
            for key, events in self._selector.select(max(0.0, wait)):
                self._progress(key.data, events)
        self._hang_up()
        return self.outcomes

    def _lines(self) -> list[Line]:
        return [key.data for key in self._selector.get_map().values()]

    def _send(self, arrival: Arrival) -> None:
        idle = self._idle[arrival.port]
        if idle:
            line = idle.pop()
            line.arrival, line.buffer = arrival, b""
            self._write(line)
        elif len(self._selector.get_map()) < MOST_CONNECTIONS:
            opened = socket.socket()
            opened.setblocking(False)  # noqa: FBT003  the library's signature
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = Line(opened, arrival.port, arrival)
            if opened.connect_ex(("127.0.0.1", arrival.port)) not in {0, errno.EINPROGRESS}:
                opened.close()
                self._record(arrival, 0)
                return
            self._selector.register(opened, selectors.EVENT_WRITE, line)
        else:
            self._waiting.append(arrival)

    def _write(self, line: Line) -> None:
        assert line.arrival  # noqa: S101
        try:
            line.socket.sendall(line.arrival.request)  # smaller than the socket's buffer
        except OSError:
            self._broken(line)

    def _progress(self, line: Line, events: int) -> None:
        if line.socket.fileno() < 0:
            return  # closed since the events were taken
        if events & selectors.EVENT_WRITE:
            if line.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._broken(line)
                return
            self._selector.modify(line.socket, selectors.EVENT_READ, line)
            self._write(line)
            return
        try:
            came = line.socket.recv(262_144)
        except OSError:
            came = b""
        if not came:
            self._broken(line)
            return
        line.buffer += came
        end = line.buffer.find(b"\r\n\r\n")
        length = LENGTH.search(line.buffer, 0, end) if end >= 0 else None
        if end < 0 or line.arrival is None or len(line.buffer) < end + 4 + (int(length[1]) if length else 0):
            return
        self._record(line.arrival, status_of(line.buffer), retry_after=b"\r\nretry-after:" in line.buffer[:end].lower())
        line.arrival = None
        if CLOSES.search(line.buffer, 0, end):
            self._close(line)
        else:
            self._idle[line.port].append(line)
        if self._waiting:
            self._send(self._waiting.popleft())

    def _broken(self, line: Line) -> None:
        """A kept connection may be closed by the server while it is idle; with a request on it that is a failure."""
        if line.arrival:
            self._record(line.arrival, 0)
        elif line in self._idle[line.port]:
            self._idle[line.port].remove(line)
        self._close(line)

    def _close(self, line: Line) -> None:
        self._selector.unregister(line.socket)
        line.socket.close()

    def _record(self, arrival: Arrival, status: int, *, retry_after: bool = False) -> None:
        if arrival.counted:
            done = time.perf_counter() - self._zero
            self.outcomes.append(Outcome(status, done, done - arrival.at, retry_after))

    def _hang_up(self) -> None:
        for arrival in self._waiting:
            self._record(arrival, -1)
        for line in self._lines():
            if line.arrival:
                self._record(line.arrival, -1)
            self._close(line)
        self._selector.close()


def poisson(rate: float, seconds: float, seed: int) -> Iterator[float]:
    """Yield the times of arrivals, `rate` a second on average."""
    chance = random.Random(seed)  # noqa: S311
    for at in accumulate(iter(lambda: chance.expovariate(rate), None)):
        if at >= seconds:
            return
        yield at
