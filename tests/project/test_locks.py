"""Installed packages are the locked ones: the check that needs neither Poetry nor a network."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from local.lock_check import EXPORTS, PLACES, exported, findings, fits, projects
from tests.postgresql_plugin import ROOT

FILES = ("pyproject.toml", "poetry.lock", *EXPORTS.values())


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


@pytest.mark.parametrize(("project", "exports"), projects(ROOT).items(), ids=lambda value: getattr(value, "name", ""))
def test_the_locks_are_fresh(project: Path, exports: dict[str, str]) -> None:
    assert list(findings(project, exports)) == []


def test_checkov_is_locked_in_the_version_that_is_asked_for() -> None:
    asked = tomllib.loads((ROOT / "requirements" / "checkov.toml").read_text(encoding="utf-8"))
    text = (ROOT / "requirements" / "checkov.txt").read_text(encoding="utf-8")
    assert f"\n{asked['project']['dependencies'][0]} \\\n" in text
    assert PLACES.search(text) is None


@pytest.mark.slow
def test_the_locks_have_all_that_packages_ask_for() -> None:
    # They are installed without looking for anything else (local/environment.sh).
    check = [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"]
    done = subprocess.run(check, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


def test_a_changed_dependency_makes_the_lock_stale(copy: Path) -> None:
    change(copy / "pyproject.toml", '"django>=5.2,', '"django>=5.1,')
    assert list(findings(copy, EXPORTS)) == ["poetry.lock is older than the dependencies in pyproject.toml"]


def test_a_version_or_hash_that_was_not_locked_is_found_and_written_over(copy: Path) -> None:
    change(copy / "requirements" / "main.txt", "django==5.2.", "django==5.2.9")
    change(copy / "requirements" / "local.txt", "--hash=sha256:", "--hash=sha256:0")
    assert list(findings(copy, EXPORTS)) == [
        "requirements/main.txt is not what poetry.lock says",
        "requirements/local.txt is not what poetry.lock says",
    ]
    assert list(findings(copy, EXPORTS, write=True)) == []
    assert (copy / "requirements" / "main.txt").read_bytes() == (ROOT / "requirements" / "main.txt").read_bytes()


def test_an_address_in_a_lock_is_found(copy: Path) -> None:
    change(copy / "poetry.lock", "[metadata]", '[package.source]\nurl = "http://x/y"\n\n[metadata]')
    assert "poetry.lock holds an address or a path of a machine" in list(findings(copy, EXPORTS))


@pytest.mark.parametrize(
    ("file", "kept"),
    [
        ("psycopg_binary-3.3.9-cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", True),
        ("psycopg_binary-3.3.9-cp313-cp313-macosx_11_0_arm64.whl", True),
        ("cryptography-50.0.2-cp311-abi3-manylinux_2_28_aarch64.whl", True),
        ("django-5.2.19-py3-none-any.whl", True),
        ("six-1.17.0-py2.py3-none-any.whl", True),
        ("django-5.2.19.tar.gz", True),
        ("psycopg_binary-3.3.9-cp314-cp314-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", False),
        ("psycopg_binary-3.3.9-cp312-cp312-win_amd64.whl", False),
        ("psycopg_binary-3.3.9-cp312-cp312-musllinux_1_2_x86_64.whl", False),
        ("coverage-7.17.3-cp313-cp313t-manylinux2014_x86_64.whl", False),
        ("a-1-cp314-abi3-manylinux2014_x86_64.whl", False),
    ],
)
def test_an_export_has_the_files_that_linux_and_macos_can_install(file: str, kept: bool) -> None:  # noqa: FBT001
    assert fits(file) is kept


def test_a_group_repeats_no_requirement_of_the_groups_before_unless_those_have_it_on_some_machines_alone() -> None:
    files = [{"file": "a-1.tar.gz", "hash": "sha256:1"}]
    package = {"version": "1", "groups": ["main", "dev"], "files": files}
    lock = {
        "package": [
            {**package, "name": "everywhere"},
            {**package, "name": "at-times", "markers": {"main": "python_version == '3.12'"}},
            {**package, "name": "windows", "files": [{"file": "a-1-py3-none-win_amd64.whl", "hash": "sha256:2"}]},
        ]
    }
    main, dev = exported(lock, ["main", "dev"])
    assert main.splitlines()[1::2] == ["everywhere==1 \\", "at-times==1 ; python_version == '3.12' \\"]
    assert dev.splitlines()[1::2] == ["at-times==1 \\"]
