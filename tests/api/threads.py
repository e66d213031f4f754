"""Requests at the same moment: each in a thread with a database connection of its own."""

import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections

from todoproject.api.rows import Rows

PATIENCE_SECONDS = 20


class Threads:
    """`start` runs a call in a thread; its result is the future's."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def start[Result](self, call: Callable[[], Result]) -> Future[Result]:
        def closing() -> Result:
            try:
                return call()
            finally:
                connections.close_all()

        return self._pool.submit(closing)


@contextmanager
def threads() -> Generator[Threads, None, None]:
    with ThreadPoolExecutor(max_workers=8) as pool:
        yield Threads(pool)


def wait_until_blocked(count: int) -> None:
    """Return when `count` statements of this database wait for a lock."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees its first look again and again
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone() == (count,):
                return
        time.sleep(0.01)
    raise AssertionError(f"not {count} statements are waiting for a lock")


class HeldCreation:
    """Creations stop before their INSERT, once `reached` is set, until `release` is; the first one may then fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, then_fail_once: bool = False) -> None:
        self.reached, self.release = threading.Event(), threading.Event()
        self._failures = [RuntimeError("the first creation fails")] if then_fail_once else []
        create = Rows.create

        def held(*arguments: Any) -> Any:
            self.reached.set()
            assert self.release.wait(PATIENCE_SECONDS)
            if self._failures:
                raise self._failures.pop()
            return create(*arguments)

        monkeypatch.setattr(Rows, "create", held)
