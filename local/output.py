"""Prints our lines, and holds the service's log back until the banner is there."""

import contextlib
import sys
import threading
import time
from collections.abc import Generator
from typing import IO


def say(line: str = "") -> None:
    """Print a line on stderr, if the terminal is still open."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        return


@contextlib.contextmanager
def step(title: str) -> Generator[None, None, None]:
    """Print `title` and the seconds that the block took, if it succeeds."""
    started = time.monotonic()
    yield
    say(f"  {title:<34} {time.monotonic() - started:5.1f} s")


class HeldOutput:
    """Copies a process's output to stdout, after `release`."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._held: list[bytes] = []
        self._released = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._pass_on, daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Show the output so far, and from now on."""
        with self._lock:
            self._released = True
            self._show()

    def finish(self) -> None:
        """Show the rest, after the process has ended."""
        self.release()
        self._thread.join(timeout=5)

    def _pass_on(self) -> None:
        for line in self._source:
            with self._lock:
                self._held.append(line)
                if self._released:
                    self._show()

    def _show(self) -> None:
        # If stdout is closed, reading goes on: the service must not block on a full pipe.
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.buffer.write(b"".join(self._held))
            sys.stdout.buffer.flush()
        self._held.clear()
