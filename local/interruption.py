"""Turns Ctrl-C, SIGTERM and SIGHUP into an exception at chosen places, so that no step is left half done."""

import signal
from types import FrameType


class Interrupted(Exception):  # noqa: N818  no error: a person stops the program
    """Raised by `Interruption.check` after a signal."""


class Interruption:
    """Counts the signals."""

    def __init__(self) -> None:
        self.count = 0

    def install(self) -> None:
        """Handle the three signals; one that is ignored already (nohup) stays ignored."""
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
