"""Stand-ins for programs that the pipeline starts; each call is recorded and gets a test's answer."""

import io
import runpy
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from environments import ROOT
from pipeline import command
from pipeline.command import Finished


@dataclass
class Programs:
    """Answers by the longest prefix of a call; each is given once, the last one on. Others run for real."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    # Every call that got an answer, and its input, in order.
    calls: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, words: Sequence[str], *, given: str = "", **how: Any) -> Finished:
        """Answer in the place of `pipeline.command.finished`; what begins with "error" is a failure."""
        call = " ".join(words)
        found = max((each for each in self.answers if call.startswith(each)), key=len, default=None)
        if found is None:
            return _finished(words, given=given, **how)
        self.calls.append((call, given))
        left = self.answers[found]
        said = left.pop(0) if len(left) > 1 else left[0]
        return Finished(1, "", said) if said.startswith("error") else Finished(0, said, "")


_finished = command.finished


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    """The programs of a test, which fills in the answers."""
    played = Programs()
    monkeypatch.setattr(command, "finished", played)
    return played


def started(name: str, *arguments: str, given: str = "") -> int:
    """Run `python -m pipeline.NAME` in this process, with `given` as its stdin; return the exit status."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [name, *arguments])
        patch.setattr(sys, "stdin", io.StringIO(given))
        try:
            runpy.run_path(str(ROOT / f"pipeline/{name}.py"), run_name="__main__")
        except SystemExit as ended:
            return int(ended.code or 0)
    return 0


IDENTITY = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]


def git(folder: Path, *words: str) -> str:
    command = ["git", *IDENTITY, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
