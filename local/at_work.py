"""Keeps threads busy while something happens to what they use: a restore drill's writers, and the clients of tests."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

Work = Callable[[threading.Event], None]


@contextmanager
def at_work(works: Iterable[Work], *, seconds_to_end: float) -> Iterator[None]:
    """Run each of `works` in a thread until the block ends: it is told by the event, and has some seconds to return."""
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
