"""Every script of every workflow, run in bash with stand-ins, also when what is typed in is hostile."""

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.script_run import EXPRESSIONS, HOSTILE, Workspace, scripts
from tests.workflows.workflow import WORKFLOWS

# What reaches users, where, and after which comparison, by the values of script_run.EXPRESSIONS.
IDENTITY = "https://github.com/example/todo/.github/workflows/image.yml@refs/heads/main"
ISSUER = "https://token.actions.githubusercontent.com"
ACTING = {
    "ci.yml": [
        ".venv/bin/python -m pipeline.openapi_changes origin/main:docs/openapi.yaml docs/openapi.yaml",
        ".venv/bin/python -m pipeline.previous_release origin/main",
    ],
    "image.yml": [
        f".venv/bin/python -m pipeline.image_publication find registry/todo {EXPRESSIONS['github.sha']}",
        f".venv/bin/python -m pipeline.image_publication service:dev registry/todo {EXPRESSIONS['github.sha']}",
        "cosign sign --yes registry/todo@sha256:d1",
        "cosign attest --yes --type cyclonedx --predicate sbom.json registry/todo@sha256:d1",
    ],
    "infrastructure.yml": [
        ".venv/bin/python -m pipeline.newer dev sha256:d1",
        "terraform/bin/apply dev",
        "aws ssm get-parameter --name /todo/dev/wanted-state --query Parameter.Value --output text",
        "make platform ENV=dev",
    ],
    "plan.yml": ["terraform/bin/plan dev", ".venv/bin/python -m pipeline.plan_summary --drift .local/plan/dev.json"],
    "power.yml": ["terraform/bin/sleep dev"],
    "release.yml": [
        f"cosign verify --output text --certificate-oidc-issuer {ISSUER} --certificate-identity {IDENTITY} "
        "registry/todo@sha256:d1",
        "python3 -m pipeline.newer dev sha256:d1",
        "make release ENV=dev DIGEST=sha256:d1",
        "python3 -m pipeline.released dev sha256:d1",
    ],
    "rollback.yml": ["python3 -m deploy rollback --env dev"],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.mark.slow
def test_every_script_succeeds_with_the_variables_that_it_has_and_runs_nothing_that_was_typed_in(
    workspace: Workspace,
) -> None:
    typed_in, handed_on = [], set()
    for name, workflow in WORKFLOWS.items():
        for job, step, variables in scripts(workflow):
            status, calls, handed = workspace.execute(step, variables, SAYS="awake")
            assert status == 0, f"{name} {job}: {step['run']}"
            typed_in += [words for words in map(shlex.split, calls) if any(HOSTILE in word for word in words)]
            handed_on |= {*handed.splitlines()}
    assert not (workspace.folder / "pwned").exists()
    assert typed_in == [["python3", "-m", "pipeline.revert", HOSTILE, HOSTILE]]
    assert handed_on == {"repository=registry/todo", "state=awake"}


@pytest.mark.slow
@pytest.mark.parametrize("file", ACTING)
def test_a_workflow_acts_on_the_environment_commit_and_digest_that_it_is_given(workspace: Workspace, file: str) -> None:
    calls = [call for _, step, variables in scripts(WORKFLOWS[file]) for call in workspace.execute(step, variables)[1]]
    assert [call for call in calls if call in ACTING[file]] == ACTING[file], calls


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
