"""Counts in the memory of one worker: requests of each user in a window, and how many are being served now.

A read stays a read, and waits for no query. N workers together grant up to N times a rate; the load balancer spreads a
client evenly enough that none is refused far below the rate.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from rest_framework.exceptions import Throttled

RETRY_AFTER_SECONDS = 1


class Window(NamedTuple):
    """The number of this request in its window, from 1, and the seconds until the window ends."""

    number: int
    seconds_left: float


class Windows:
    """Fixed windows by identity, each begun by a first request. Beyond `most` windows all are forgotten."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, float]] = {}

    def count(self, identity: str, seconds: int) -> Window:
        """Count one request of `identity` in a window of `seconds`."""
        now = time.monotonic()
        with self._lock:
            number, ends_at = self._windows.get(identity, (0, 0.0))
            if ends_at <= now:
                number, ends_at = 0, now + seconds
                if len(self._windows) >= self._most:
                    self._windows.clear()
            self._windows[identity] = number + 1, ends_at
        return Window(number + 1, ends_at - now)

    def clear(self) -> None:
        with self._lock:
            self._windows.clear()


class Places:
    """Lets `most` requests of one identity in at a time; `Throttled` refuses more."""

    def __init__(self, most: int, refusal: str) -> None:
        self._most, self._refusal = most, refusal
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, identity: str = "") -> Iterator[None]:
        """Take a place until the end of the block."""
        with self._lock:
            if self._taken[identity] >= self._most:
                raise Throttled(RETRY_AFTER_SECONDS, self._refusal)
            self._taken[identity] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[identity] -= 1
                if not self._taken[identity]:
                    del self._taken[identity]
