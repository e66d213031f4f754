"""A pool that starts a thread only when all are busy: a quiet pod needs one thread and one database connection."""

import queue
import threading
from collections.abc import Callable
from typing import Any


class Threads:
    """At most `most` threads; each calls `serve` with one connection after the other.

    `concurrent.futures` would make a future, a condition and two semaphores for each request, and nobody needs them.
    """

    def __init__(self, most: int, serve: Callable[[Any], None]) -> None:
        self._most, self._serve = most, serve
        self._due: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._started = self._waiting = self.idle = 0

    def submit(self, conn: Any) -> None:
        """Queue a connection for the next free thread."""
        with self._lock:
            self._waiting += 1
            if start := self._waiting > self.idle and self._started < self._most:
                self._started += 1
                self.idle += 1
        self._due.put(conn)
        if start:
            threading.Thread(target=self._run, name=f"serving-{self._started}", daemon=True).start()

    def _run(self) -> None:
        while (conn := self._due.get()) is not None:
            with self._lock:
                self._waiting -= 1
                self.idle -= 1
            self._serve(conn)
            with self._lock:
                self.idle += 1

    def shutdown(self, *, wait: bool) -> None:  # noqa: ARG002  gunicorn's signature: it never waits
        """End idle threads; the process does not wait for the others."""
        for _ in range(self._most):
            self._due.put(None)
