"""Ctrl-C, SIGTERM and SIGHUP as a question that the program asks when it suits, so that no step is left half done."""

import signal
from types import FrameType


class Interrupted(Exception):  # noqa: N818  not an error: somebody wants us to stop
    """Raised by `Interruption.check` once a signal has come."""


class Interruption:
    """Remembers that a signal came, and how many."""

    def __init__(self) -> None:
        self.count = 0

    def install(self) -> None:
        """Take over the three signals; one that is ignored already (nohup) stays ignored."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # A shell without job control starts background commands with SIGINT ignored; `kill -INT` must still work.
            if number is signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._came)

    def _came(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1

    def check(self) -> None:
        """Raise Interrupted if a signal has come."""
        if self.count:
            raise Interrupted
