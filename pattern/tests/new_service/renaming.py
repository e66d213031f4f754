"""A clone of the working tree as it is now, turned into another service as a client would."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pattern.new_service.words import OLD
from tests.postgresql_plugin import ROOT

EXAMPLE_ONLY = pytest.mark.skipif(
    (ROOT / "terraform/project").read_text().strip() != OLD,
    reason="this is a client's own service already (pattern/docs/your-own-service.md says what may go)",
)
# Words of others, and files that answer for what others published or for what was seen under the example's name.
OTHERS = re.compile(r"todoproject|pycryptodome|autodoc|to-?do[-_]?backend", re.IGNORECASE)
UNCHANGED = (
    "**/poetry.lock",
    "**/package-lock.json",
    "**/.terraform.lock.hcl",
    "requirements/**/*.txt",
    "pattern/*.txt",
    "terraform/lambda/*.txt",
    "docs/evidence/**/*",
    "pattern/new_service/**/*",
    "pattern/tests/new_service/**/*",
)
# No database by this name can be made: that is what its test is about.
OWN_WORD = {"terraform/modules/database/tests/validations.tftest.hcl": "To-Do"}


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
        _give_environment(root / ".venv")
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

    def python(self, *words: str, seconds: float, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `python …` in the clone, with this environment's packages; end all it started when it takes too long."""
        with self.started(*words, **variables) as process:
            output, errors = process.communicate(timeout=seconds)
        return subprocess.CompletedProcess(words, process.returncode, output, errors)

    @contextmanager
    def started(self, *words: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
        """Run `python …` for as long as the block lasts."""
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "LOCAL_STATE")}
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=self.root,
            env={**kept, **variables},
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
                process.send_signal(signal.SIGINT)  # the checks and the service end what they started
            try:
                process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate(timeout=10)


def _give_environment(folder: Path) -> None:
    """Make this environment's packages those of the clone, and fresh to make: nothing is installed."""
    folder.mkdir()
    for entry in Path(sys.prefix).iterdir():
        if entry.name not in ("run", "test"):
            (folder / entry.name).symlink_to(entry)
    for stamp in ("run", "test"):
        (folder / stamp).touch()


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True, timeout=60).stdout
