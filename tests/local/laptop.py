"""Starts `python -m local …` as a person at a terminal would, with a state folder apart from the clone's own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import ports, processes
from local.state import State
from tests.postgresql_plugin import ROOT

BANNER_END = "The log of the service:"


@dataclass
class Laptop:
    """A state folder and a port; what is started here is ended with the test."""

    folder: Path
    port: int

    @property
    def state(self) -> State:
        return State(self.folder)

    def environment(self, **changes: str) -> dict[str, str]:
        """The test's environment without a database of its own: `local` finds or makes one."""
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return {**kept, "LOCAL_STATE": str(self.folder), "PORT": str(self.port), **changes}

    def command(self, *words: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m local …` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "local", *words],
            cwd=ROOT,
            env=self.environment(**changes),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )

    @contextmanager
    def running(self, **changes: str) -> Iterator["Run"]:
        """Start `python -m local run`, wait for its banner, and end everything after the block."""
        started = time.monotonic()
        output, errors = self.folder.parent / "stdout", self.folder.parent / "stderr"
        with output.open("wb") as stdout, errors.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "local", "run"],
                cwd=ROOT,
                env=self.environment(**changes),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
        try:
            while BANNER_END not in output.read_text():
                assert process.poll() is None, errors.read_text() + output.read_text()
                assert time.monotonic() - started < 120, errors.read_text() + output.read_text()
                time.sleep(0.02)
            yield Run(self, process, time.monotonic() - started, output, errors)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=10)
            if process.returncode:  # killed, by us or by the test
                self.command("stop")


@dataclass
class Run:
    """A `make run` whose banner has been printed, `seconds` after its start."""

    laptop: Laptop
    process: subprocess.Popen[bytes]
    seconds: float
    output: Path
    errors: Path

    @property
    def curl_line(self) -> str:
        """The line of the banner that is meant to be pasted."""
        return next(line for line in self.output.read_text().splitlines() if line.startswith("curl "))

    def everything(self) -> set[int]:
        """The pids of all it started: the supervisor, gunicorn and its workers, PostgreSQL and its helpers."""
        roots = {self.process.pid, self.laptop.state.server.pid(), int(self.laptop.state.gunicorn_pid.read_text())}
        parents = _parents()
        found = set(roots)
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        assert len(found) > 5
        return found


def _parents() -> dict[int, int]:
    if Path("/proc/self/stat").exists():
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                # The name before the last parenthesis may hold anything; state and parent follow it.
                found[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
        return found
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True, timeout=10)
    return {int(pid): int(parent) for pid, parent in (line.split() for line in listed.stdout.splitlines())}


def alive(pids: set[int]) -> set[int]:
    """Return those that still run after ten seconds; a process that is ending may take a moment."""
    return {pid for pid in pids if not processes.gone(pid, seconds=10)}


def new_laptop(folder: Path) -> Laptop:
    """Return a laptop on which nothing has run yet."""
    return Laptop(folder / "state", ports.any_free())


def assert_refused(refused: subprocess.CompletedProcess[str], reason: str) -> None:
    """Hold a command to the shape of every refusal: one sentence on stderr, exit code 1."""
    assert refused.returncode == 1
    assert reason in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1, refused.stderr
    assert not refused.stdout
