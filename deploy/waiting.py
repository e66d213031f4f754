"""Time, as a parameter: tests give a clock of their own and never sleep."""

import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Seconds since 1970, and a way to let them pass."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def until[T](clock: Clock, look: Callable[[], T | None], *, seconds: float, every: float) -> T | None:
    """Call `look` every `every` seconds until it returns something; None when that took longer than `seconds`."""
    deadline = clock.now() + seconds
    while (found := look()) is None:
        if clock.now() >= deadline:
            return None
        clock.sleep(every)
    return found
