"""A program that runs beside us and ends with us."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from local import processes
from local.refusal import Refusal
from local.state import ROOT

STOP_SECONDS = 40  # gunicorn ends requests that hang after 30


class Process:
    """A running command; what it says is in `folder`/`name`.log."""

    def __init__(
        self, name: str, command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._pid_file = folder / f"{name}.pid"
        stop_left_over(self._pid_file)
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone; we stop the others
            )
        pid = self._process.pid
        self._pid_file.write_text(f"{pid} {processes.command(pid)}", encoding="utf-8")

    def require_alive(self) -> None:
        """Raise Refusal, with the last thing it said, when it has ended."""
        if self._process.poll() is not None:
            said = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise Refusal(f"{self.name} ended by itself: {said[-1] if said else 'it said nothing'} (see {self.log}).")

    def stop(self) -> None:
        """End it and whatever it has started."""
        processes.send(self._process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=STOP_SECONDS)
        processes.send_group(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=10)
        self._pid_file.unlink(missing_ok=True)


def stop_left_over(pid_file: Path) -> None:
    """End what a killed run has left; the pid may be anybody's by now, but with our command it is ours."""
    if not pid_file.exists():
        return
    number, _, command = pid_file.read_text(encoding="utf-8").partition(" ")
    pid = int(number or 0)
    if pid and command == processes.command(pid):
        processes.send_group(pid, signal.SIGTERM)
        if not processes.gone(pid, seconds=STOP_SECONDS):
            processes.send_group(pid, signal.SIGKILL)
    pid_file.unlink(missing_ok=True)
