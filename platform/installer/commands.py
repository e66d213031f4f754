"""Runs what it prints: every command can be copied and given by hand."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

COMMAND_SECONDS = 900  # above every --timeout of a command itself, which says more than being killed


class CommandError(RuntimeError):
    """A command failed or took too long; its own output has been shown."""


class Runner:
    """Prints commands, and runs them unless it is a rehearsal."""

    def __init__(self, *, dry_run: bool) -> None:
        self.dry_run = dry_run

    def say(self, line: str) -> None:
        """Print at once, also into a pipe."""
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    def run(self, command: Sequence[str], *, into: Path | None = None) -> None:
        """Print and run to the end, with stdout into a file where one is named; raise CommandError when it fails."""
        self.say(f"  $ {shlex.join(command)}" + (f" > {into}" if into else ""))
        if not self.dry_run:
            output = self._finish(command, capture=into is not None)
            if into:
                into.write_text(output)

    def compare(self, command: Sequence[str]) -> None:
        """As `run`, of a command that ends with 1 when it has shown a difference."""
        self.say(f"  $ {shlex.join(command)}")
        self._finish(command, capture=False, well=(0, 1))

    def read(self, command: Sequence[str]) -> str:
        """Run, also in a rehearsal, what only looks at this machine; return its stdout, raise CommandError."""
        return self._finish(command, capture=True)

    @staticmethod
    def _finish(command: Sequence[str], *, capture: bool, well: tuple[int, ...] = (0,)) -> str:
        try:
            process = subprocess.Popen(  # noqa: S603 (our own arguments)
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if capture else None,
                text=True,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise CommandError(f"{command[0]} is not installed") from None
        try:
            output, _ = process.communicate(timeout=COMMAND_SECONDS)
        except BaseException as error:  # also Ctrl-C: nothing may go on changing the cluster unseen
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)
            if isinstance(error, subprocess.TimeoutExpired):
                raise CommandError(f"took longer than {COMMAND_SECONDS} s: {shlex.join(command)}") from None
            raise
        if process.returncode not in well:
            raise CommandError(f"exit {process.returncode}: {shlex.join(command)}")
        return output or ""
