"""Runs checks one after the other and pytest beside them; a line each, output of what failed, an honest end."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from local.check_environment import check_environment
from local.program import program
from local.state import ROOT

if TYPE_CHECKING:
    from local.checks import Check

CHECK_SECONDS = 600


def run_checks(checks: Sequence["Check"], *, tests: Sequence[str] = ()) -> int:
    """Run all of them, also after a failure; return 0 if none failed. The last line is pytest's own, or a count."""
    with tempfile.TemporaryDirectory(prefix="todo-checks-") as folder:
        pytest = _Tests(tests, Path(folder)) if tests else None
        try:
            outcomes = {check.name: _run(check, Path(folder)) for check in checks}
            if pytest:
                outcomes["tests"] = pytest.follow()
        except KeyboardInterrupt:
            return 130
        finally:
            if pytest:
                pytest.end()
    failed = [name for name, outcome in outcomes.items() if outcome == "failed"]
    skipped = [name for name, outcome in outcomes.items() if outcome == "skipped"]
    if failed or not tests:
        passed = len(outcomes) - len(failed) - len(skipped)
        names = f" ({', '.join(failed)})" if failed else ""
        print(f"checks: {passed} passed, {len(failed)} failed{names}, {len(skipped)} skipped", flush=True)
    return 1 if failed else 0


def _run(check: "Check", folder: Path) -> str:
    if check.needs and not program(check.needs).exists():
        print(f"{check.name:<11}skipped: no {check.needs}, install it: apt-get install {check.needs}")
        return "skipped"
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, *check.command],
        cwd=ROOT,
        env=check_environment(check.environment, folder / "secrets"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=CHECK_SECONDS,
    )
    outcome = "failed" if done.returncode else "passed"
    print(f"{check.name:<11}{outcome} {time.monotonic() - started:6.1f} s   {check.reason}", flush=True)
    if done.returncode:
        print(done.stdout.strip(), flush=True)
    return outcome


class _Tests:
    """pytest in the background; its output goes to a file until somebody follows it."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._path = folder / "pytest"
        colour = ["--color=yes"] if sys.stdout.isatty() else []
        with self._path.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, *command, *colour],
                cwd=ROOT,
                # pytest rewrites some hundred modules; keeping them saves 5 s a run.
                env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def follow(self) -> str:
        """Show what pytest has printed and prints, until its end."""
        with self._path.open("rb") as output:
            while self._process.poll() is None:
                self._show(output)
                time.sleep(0.2)
            self._show(output)
        return "failed" if self._process.returncode else "passed"

    def end(self) -> None:
        """Stop pytest if it still runs, and let it stop its own PostgreSQL."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(timeout=60)

    @staticmethod
    def _show(output: IO[bytes]) -> None:
        sys.stdout.buffer.write(output.read())
        sys.stdout.buffer.flush()
