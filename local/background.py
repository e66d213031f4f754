"""Processes that run beside each other, and are all ended when we are."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from local import processes
from local.state import ROOT

END_SECONDS = 60  # pytest stops its gunicorns and its PostgreSQL


class Background:
    """Runs commands for several threads; leaving the block ends what still runs."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self.ended = False

    def __enter__(self) -> Self:
        return self

    def run(self, command: Sequence[str], *, environment: Mapping[str, str], log: Path, seconds: float) -> int | None:
        """Run a command, its output in `log`; return its exit code, None when it took too long or we are ending."""
        with self._lock, log.open("ab") as output:
            if self.ended:
                return None
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches us alone; we end the others.
                start_new_session=True,
            )
            self._running.add(process)
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            _end([process])
            return None
        finally:
            with self._lock:
                self._running.discard(process)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self.ended = True
            running = list(self._running)
        _end(running)


def _end(running: Sequence[subprocess.Popen[bytes]]) -> None:
    """Interrupt them as Ctrl-C would, so that they tidy up; kill what does not."""
    for process in running:
        processes.send(process.pid, signal.SIGINT)
    for process in running:
        try:
            process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)
