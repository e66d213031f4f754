"""Every script of every workflow, run in bash with stand-ins: what it calls, also when what is typed in is hostile."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.script_run import Workspace, scripts
from tests.workflows.workflow import WORKFLOWS

GOLDEN = Path(__file__).parent / "golden" / "scripts.txt"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.mark.slow
def test_every_script_calls_what_it_should_and_nothing_that_was_typed_in(workspace: Workspace) -> None:
    lines = []
    for name, workflow in WORKFLOWS.items():
        for job, step, variables in scripts(workflow):
            status, calls, handed = workspace.execute(step, variables, SAYS="awake")
            assert status == 0, f"{name} {job}: {step['run']}"
            in_order = sorted(calls) if "|" in step["run"] else calls  # the commands of a pipe start together
            lines += [f"{name} {job}: {call}" for call in in_order]
            lines += [f"{name} {job}: output {line}" for line in handed.splitlines()]
    assert not (workspace.folder / "pwned").exists()
    if os.environ.get("ACCEPT"):
        GOLDEN.write_text("\n".join(lines) + "\n")
    assert lines == GOLDEN.read_text().splitlines(), "read the difference; ACCEPT=1 pytest tests/workflows takes it"


def script(file: str, words: str) -> tuple[dict[str, Any], dict[str, str]]:
    return next((step, variables) for _, step, variables in scripts(WORKFLOWS[file]) if words in step["run"])


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("infrastructure.yml", "aws ssm get-parameter"),  # not: "no state, so it sleeps"
        ("infrastructure.yml", "git diff"),
        ("plan.yml", "tee"),  # the first command of a pipe
        ("plan.yml", "pipeline.comment"),
        ("release.yml", "cosign verify"),
        ("image.yml", "cosign sign"),
        ("tests.yml", "apt-get"),
    ],
)
def test_a_script_fails_when_what_it_calls_fails(file: str, words: str, workspace: Workspace) -> None:
    step, variables = script(file, words)
    status, calls, handed = workspace.execute(step, variables, EXIT="1")
    assert status != 0
    assert len(calls) <= 2
    assert handed == ""


def test_one_failed_job_fails_the_check_that_protects_main(workspace: Workspace) -> None:
    step, variables = script("ci.yml", "FAILED")
    assert workspace.execute(step, variables, FAILED="true")[0] != 0
    assert workspace.execute(step, variables, FAILED="false")[0] == 0


def test_a_suite_runs_without_root_unless_it_asks_for_it(workspace: Workspace) -> None:
    step, variables = script("tests.yml", "pytest")
    assert workspace.execute(step, variables, AS="")[1] == [".venv/bin/python -m pytest -q -m ci tests/image"]
