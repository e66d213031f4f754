"""A clone of the working tree as it is now, with this environment's packages and nothing of this process's settings."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.state import ROOT

# Else the clone would take the database and the settings of the tests that clone it.
KEPT = ("HOME", "LANG", "PATH", "TMPDIR")


@dataclass(frozen=True)
class Clone:
    """A committed copy of what git keeps, and of what is new, of this working tree."""

    root: Path

    @classmethod
    def of_this_tree(cls, root: Path) -> "Clone":
        clone = cls(root)
        root.mkdir(parents=True)
        for path in _git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0"):
            if path and (ROOT / path).is_symlink():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).symlink_to((ROOT / path).readlink())
            elif path and (ROOT / path).exists():  # one that is deleted and not committed is not
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / path, root / path)
        give_environment(root / ".venv")
        _git(root, "init", "--quiet")
        clone.commit("The example")
        return clone

    def commit(self, message: str) -> None:
        _git(self.root, "add", "--all")
        _git(self.root, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "-m", message)

    def paths(self) -> list[str]:
        return [path for path in _git(self.root, "ls-files", "-z").split("\0") if path]

    def contents(self, patterns: tuple[str, ...]) -> dict[str, bytes]:
        """Return the files that git keeps and a pattern names."""
        matching = {path for pattern in patterns for path in self.root.glob(pattern)}
        return {path: (self.root / path).read_bytes() for path in self.paths() if self.root / path in matching}

    def links(self) -> dict[str, str]:
        return {path: str((self.root / path).readlink()) for path in self.paths() if (self.root / path).is_symlink()}

    def python(self, *words: str, seconds: float) -> subprocess.CompletedProcess[str]:
        """Run `python …` in the clone."""
        return self.run(sys.executable, *words, seconds=seconds)

    def make(self, target: str, seconds: float) -> subprocess.CompletedProcess[str]:
        """Run a target of make in the clone."""
        return self.run("make", target, seconds=seconds)

    def run(self, *command: str, seconds: float) -> subprocess.CompletedProcess[str]:
        """Run a command in the clone; end all it started when it takes too long."""
        with self.started(*command) as process:
            output, errors = process.communicate(timeout=seconds)
        return subprocess.CompletedProcess(command, process.returncode, output, errors)

    @contextmanager
    def started(self, *command: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command for as long as the block lasts."""
        process = subprocess.Popen(
            command,
            cwd=self.root,
            env={name: os.environ[name] for name in KEPT if name in os.environ} | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does: all end what they started
            try:
                process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate(timeout=10)


def give_environment(folder: Path) -> None:
    """Make this environment's packages those of the clone, and fresh to make: nothing is installed."""
    folder.mkdir()
    for entry in Path(sys.prefix).iterdir():
        if entry.name not in ("run", "test"):
            (folder / entry.name).symlink_to(entry)
    for stamp in ("run", "test"):
        (folder / stamp).touch()
    if (fetched := ROOT / ".local" / "npm").is_dir():  # programs from npm, which take minutes
        (folder.parent / ".local").mkdir()
        (folder.parent / ".local" / "npm").symlink_to(fetched)


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True, timeout=60).stdout
