"""The gunicorn of `make run`, with the configuration of a pod."""

import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from local import processes
from local.interruption import Interruption
from local.output import HeldOutput
from local.refusal import Refusal
from local.state import ROOT

# Its absolute path, in the command line, tells our process from another clone's.
CONFIGURATION = ROOT / "todoproject" / "server" / "gunicorn.conf.py"
READY_SECONDS = 60
# Longer than gunicorn's own graceful_timeout (30 s), which ends requests that hang.
STOP_SECONDS = 40


class Gunicorn:
    """A running gunicorn whose output is held back until it is ready."""

    def __init__(self, environment: Mapping[str, str], pid_file: Path) -> None:
        self._pid_file = pid_file
        self._port = int(environment["PORT"])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", CONFIGURATION],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C does not reach gunicorn: `stop` ends it.
            start_new_session=True,
        )
        pid_file.write_text(str(self.process.pid), encoding="ascii")
        assert self.process.stdout is not None  # noqa: S101  # nosec B101  a pipe was asked for
        self.output = HeldOutput(self.process.stdout)

    def await_ready(self, interruption: Interruption) -> None:
        """Wait until /readyz answers 200; raise Refusal if it does not."""
        deadline = time.monotonic() + READY_SECONDS
        while not answers(f"http://127.0.0.1:{self._port}/readyz"):
            interruption.check()
            if self.process.poll() is not None:
                self.output.finish()
                raise Refusal("The service ended while it was starting: its log above says why.")
            if time.monotonic() > deadline:
                self.output.release()
                raise Refusal(f"The service was not ready after {READY_SECONDS} s: its log above says why.")
            time.sleep(0.05)

    def stop(self, interruption: Interruption) -> None:
        """Stop gunicorn gracefully, or at once at a further signal."""
        processes.send(self.process.pid, signal.SIGTERM)
        passed_on, deadline = interruption.count, time.monotonic() + STOP_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            if interruption.count > passed_on:
                passed_on = interruption.count
                processes.send(self.process.pid, signal.SIGTERM)
            time.sleep(0.02)
        processes.send_group(self.process.pid, signal.SIGKILL)  # workers outlive a killed arbiter
        self.process.wait()
        self.output.finish()
        self._pid_file.unlink(missing_ok=True)


def stop_left_over(pid_file: Path) -> int:
    """Stop the gunicorn of a killed run; return its pid, 0 if there is none."""
    try:
        pid = int(pid_file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0
    ours = str(CONFIGURATION) in processes.command(pid)
    if ours:
        processes.send(pid, signal.SIGTERM)
        if not processes.gone(pid, seconds=STOP_SECONDS):
            processes.send_group(pid, signal.SIGKILL)
    pid_file.unlink(missing_ok=True)
    return pid if ours else 0


def answers(url: str, *, seconds: float = 1) -> bool:
    """Return whether `url` answers 200 within `seconds`."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as response:  # noqa: S310  # nosec B310  our own http address
            return bool(response.status == 200)
    except OSError:
        return False
