"""The tests as a table of suites, which run beside each other, each in a pytest of its own.

A new folder of tests is a word in `folders`, a new suite one line. A folder that does not exist yet is passed over.
"""

import os
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from local.state import ROOT

# Without PostgreSQL and Django: what pyproject.toml gives to the service's tests is taken back.
BARE = ("-p", "no:tests.postgresql_plugin", "-o", "addopts=--strict-markers", "-o", "DJANGO_SETTINGS_MODULE=")


@dataclass(frozen=True)
class Suite:
    """Some folders of tests/ and how pytest runs them; as `python -m local.checks NAME` alone."""

    name: str
    reason: str
    folders: tuple[str, ...]
    seconds: int  # after which it is ended and has failed; generous, for a busy machine
    service: bool = False  # needs PostgreSQL and Django
    covered: bool = False  # counts for the coverage of todos and todoproject
    quick: bool = False  # its fast tests belong to `make quick`
    waits: bool = False  # mostly waits: takes no core from the others
    minutes: int = 0  # what its slow tests take: `make test` leaves them to CI, and to who names the suite
    fast: bool = False  # its fast tests alone
    ci: bool = False  # only where CI is set: minutes that a laptop need not spend
    environment: str = ""  # the folder of another virtual environment than .venv
    needs: str = ""  # a program without which a laptop skips the suite, and CI fails
    install: str = ""  # how to get it
    arguments: tuple[str, ...] = ()

    @property
    def paths(self) -> list[str]:
        """The folders that are there."""
        return [f"tests/{folder}" for folder in self.folders if (ROOT / "tests" / folder).is_dir()]

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return ROOT / self.environment / "bin" / "python" if self.environment else Path(sys.executable)

    @property
    def belongs(self) -> bool:
        """Whether `make test` runs it here and now."""
        return bool(self.paths) and (not self.ci or bool(os.environ.get("CI")))

    @property
    def lacks(self) -> str:
        """Why it is skipped on this machine; empty where it runs, which it always does in CI."""
        if not self.needs or shutil.which(self.needs) or os.environ.get("CI"):
            return ""
        return f"{self.needs} is not on this machine; install it: {self.install}"

    @property
    def waits_here(self) -> bool:
        """Whether it mostly waits in this run."""
        return self.waits and not self.fast and not self.lacks

    @property
    def left_out(self) -> str:
        """What of it is not run, and how to; empty where all is."""
        how = f"`.venv/bin/python -m local.checks {self.name}` runs them, and so does CI"
        return f"its slow tests, about {self.minutes} minutes: {how}" if self.fast and self.minutes else ""

    def within_minutes(self) -> "Suite":
        """Return it as `make test` runs it here."""
        return replace(self, fast=True) if self.minutes and not os.environ.get("CI") else self

    def command(self, *, report: Path, covered: bool) -> list[str]:
        """Return the command whose result is written to `report` (JUnit's XML)."""
        return [
            str(self.python),
            *(("-m", "coverage", "run") if covered else ()),
            *("-m", "pytest", f"--junitxml={report}", "--durations=5"),
            *("-m", "not slow and not cluster" if self.fast else "not cluster"),
            *(() if self.service else BARE),
            *(("--color=yes",) if sys.stdout.isatty() else ()),
            *self.arguments,
            *self.paths,
        ]


# In the order in which they start when a core is free.
SUITES = (
    Suite(
        "process",
        "signals and sockets: as it runs in a pod",
        ("process",),
        2400,
        service=True,
        covered=True,
        waits=True,
    ),
    Suite(
        "dependencies",
        "database, secrets and CloudWatch that change or go away",
        ("dependencies",),
        2400,
        service=True,
        covered=True,
        waits=True,
    ),
    Suite(
        "release",
        "the release tool, killed at every step, and what it needs of a cluster",
        ("deploy", "cluster"),
        2400,
        quick=True,
    ),
    Suite(
        "delivery",
        "cost, manifests, workflows, monitoring",
        ("cost", "kustomize", "platform", "workflows", "monitoring"),
        2400,
        quick=True,
    ),
    Suite(
        "project",
        "the rules of the house, and the admin",
        ("project", "admin"),
        2400,
        service=True,
        covered=True,
        quick=True,
    ),
    Suite("api", "what the API answers", ("api",), 2400, service=True, covered=True, quick=True),
    Suite("local", "what a laptop needs: `make run`, PostgreSQL, these suites", ("local",), 2400, service=True),
    Suite("image", "the image, built and run", ("image",), 1800, minutes=5),
    Suite(
        "terraform",
        "modules, roots and functions, applied to an emulator",
        ("terraform",),
        3600,
        waits=True,
        minutes=12,
        needs="terraform",
        install="https://developer.hashicorp.com/terraform/install (1.11 or newer)",
    ),
)
