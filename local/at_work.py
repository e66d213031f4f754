"""Runs threads during a block: the writers of a restore drill, and the clients of tests."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

Work = Callable[[threading.Event], None]


@contextmanager
def at_work(works: Iterable[Work], *, seconds_to_end: float) -> Iterator[None]:
    """Run each of `works` in a thread; at the end of the block set its event, and wait `seconds_to_end` for it."""
    end = threading.Event()
    threads = [threading.Thread(target=work, args=[end]) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        end.set()
        for thread in threads:
            thread.join(timeout=seconds_to_end)
