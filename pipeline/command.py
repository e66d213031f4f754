"""Runs a program in its own process group and waits for it; a timeout ends its child processes too."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class CommandError(RuntimeError):
    """A program failed; `said` is what it wrote to stderr."""

    def __init__(self, command: Sequence[str], status: int, said: str) -> None:
        super().__init__(f"exit {status}: {' '.join(command)}")
        self.said = said


class Finished(NamedTuple):
    """The end of a program; `output` is stdout, `errors` stderr."""

    status: int
    output: str
    errors: str


def finished(
    command: Sequence[str | Path],
    *,
    seconds: float,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    given: str = "",
) -> Finished:
    """Run to the end, whatever the status; raise TimeoutExpired after killing the group."""
    process = subprocess.Popen(  # noqa: S603 (our own arguments)
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(given, timeout=seconds)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=10)
        raise
    return Finished(process.returncode, output, errors)


def output(
    command: Sequence[str],
    *,
    seconds: float,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    given: str = "",
) -> str:
    """Return stdout without the last newline; raise CommandError, or TimeoutExpired after killing the group."""
    done = finished(command, seconds=seconds, folder=folder, environment=environment, given=given)
    if done.status:
        raise CommandError(command, done.status, done.errors)
    return done.output.removesuffix("\n")


def exit_on_failure(error: CommandError) -> int:
    """Show what the program said; return the exit status."""
    sys.stderr.write(f"{error.said}{error}\n")
    return 1
