"""The workflows as the tests read them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"


@dataclass(frozen=True)
class Workflow:
    """One file: its text, for what comments say, and its content."""

    name: str
    text: str

    @cached_property
    def content(self) -> dict[Any, Any]:
        """The parsed file."""
        loaded: dict[Any, Any] = yaml.safe_load(self.text)
        return loaded

    @property
    def events(self) -> dict[str, Any]:
        """What starts it; YAML 1.1 reads the key `on` as true."""
        found = self.content.get("on", self.content.get(True))
        return found if isinstance(found, dict) else {str(found): None}

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        """Its jobs by name."""
        found: dict[str, dict[str, Any]] = self.content["jobs"]
        return found

    @property
    def steps(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every step, with the name of its job."""
        for name, job in self.jobs.items():
            for step in job.get("steps", ()):
                yield name, step

    @property
    def calls(self) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Every job that is another workflow: name, job, the file's name."""
        for name, job in self.jobs.items():
            if found := re.fullmatch(r"\./\.github/workflows/([\w-]+\.yml)", job.get("uses", "")):
                yield name, job, found[1]


def load(file: Path) -> Workflow:
    """Read one file."""
    return Workflow(file.name, file.read_text())


WORKFLOWS = {file.name: load(file) for file in sorted(FOLDER.glob("*.yml"))}
