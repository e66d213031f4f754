"""Shows our lines on the terminal first, then the log of the service."""

import contextlib
import sys
import threading
import time
from collections.abc import Generator
from typing import IO


def say(line: str = "") -> None:
    """Print a line on stderr; a terminal that has been closed is no reason to stop stopping."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        return


@contextlib.contextmanager
def step(title: str) -> Generator[None, None, None]:
    """Print `title` with the seconds that the block took, once it has succeeded."""
    started = time.monotonic()
    yield
    say(f"  {title:<34} {time.monotonic() - started:5.1f} s")


class HeldOutput:
    """Passes a process's output on to stdout, but holds it back until `release`: the banner comes first."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._held: list[bytes] = []
        self._released = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._pass_on, daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Show what came and what comes."""
        with self._lock:
            self._released = True
            self._show()

    def finish(self) -> None:
        """Wait until everything is shown, after the process has ended."""
        self.release()
        self._thread.join(timeout=5)

    def _pass_on(self) -> None:
        for line in self._source:
            with self._lock:
                self._held.append(line)
                if self._released:
                    self._show()

    def _show(self) -> None:
        # When nobody looks any more, we still read: the service must not block on a full pipe.
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.buffer.write(b"".join(self._held))
            sys.stdout.buffer.flush()
        self._held.clear()
