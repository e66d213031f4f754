"""Whom AWS lets in: every job that takes a role is one that Terraform's trust names, and no trust is left over."""

import re

import pytest

from environments import with_account
from tests.workflows.policy import TAKES_A_ROLE
from tests.workflows.workflow import ROOT, WORKFLOWS, Workflow

NAMES = [each.name for each in with_account()]
TRUST = (ROOT / "terraform/modules/github_oidc/main.tf").read_text()
# The end of a token's `sub`: https://docs.github.com/en/actions/reference/security/oidc
CLAIMS = {"pull_request": "pull_request", "schedule": "ref:refs/heads/main", "workflow_dispatch": "ref:refs/heads/main"}


def trusted() -> dict[str, set[str]]:
    """Return role to the subjects of all environments, as the module writes them."""
    block = re.search(r"subjects = {\n(.*?)\n  }", TRUST, re.DOTALL)
    assert block
    found = {}
    for role, value in re.findall(r"(\w+) += (.*)", block[1]):
        subjects = re.findall(r'"([^"]+)"', value)
        found[role] = {each.replace("${var.environment}", name) for each in subjects for name in NAMES}
    return found


def started_by(workflow: Workflow) -> set[str]:
    """Return the events that start a workflow, also through the ones that call it."""
    callers = [each for each in WORKFLOWS.values() if workflow.name in {file for *_, file in each.calls}]
    own = set(workflow.events) - {"workflow_call"}
    return own.union(*(started_by(caller) for caller in callers))


def asked() -> dict[str, set[str]]:
    """Return role to the subjects that the workflows come with."""
    found: dict[str, set[str]] = {"plan": set(), "apply": set(), "deploy": set(), "rollback": set()}
    for workflow in WORKFLOWS.values():
        for name, step in workflow.steps:
            if TAKES_A_ROLE not in step.get("uses", ""):
                continue
            environment = workflow.jobs[name].get("environment")
            if not environment:
                assert step["with"]["role-to-assume"] == "${{ inputs.role }}"
                found["plan"] |= {CLAIMS[event] for event in started_by(workflow)}
                continue
            assert step["with"]["role-to-assume"] == "${{ vars.AWS_ROLE }}"
            for each in NAMES:
                subject = f"environment:{environment.replace('${{ inputs.environment }}', each)}"
                found[role_of(subject)].add(subject)
    return found


def role_of(environment: str) -> str:
    """Return the role of a job by its GitHub environment, whose last word says what it is for."""
    return {"infra": "apply", "rollback": "rollback"}.get(environment.rpartition("-")[2], "deploy")


def test_terraform_trusts_exactly_the_jobs_that_take_a_role() -> None:
    assert asked() == trusted()
    assert asked()["rollback"] == {f"environment:{name}-rollback" for name in NAMES}


def test_the_button_runs_on_main_alone_in_an_environment_without_reviewers_and_installs_nothing() -> None:
    job = WORKFLOWS["rollback.yml"].jobs["rollback"]
    assert job["environment"] == "${{ inputs.environment }}-rollback"
    assert job["if"] == "github.ref == 'refs/heads/main'"
    assert not [step for step in job["steps"] if "python" in step.get("uses", "") or "pip" in step.get("run", "")]
    assert job["steps"][-1]["run"].startswith("python3 -m deploy rollback")


def test_each_environment_is_planned_with_its_own_role() -> None:
    for name in ("ci.yml", "drift.yml"):
        job = WORKFLOWS[name].jobs["plan"]
        assert job["with"]["role"] == "${{ matrix.role }}"
        for entry in job["strategy"]["matrix"]["include"]:
            upper = entry["environment"].upper()
            assert entry["role"] == f"${{{{ vars.AWS_PLAN_ROLE_{upper} }}}}"
            assert entry["region"] == f"${{{{ vars.AWS_PLAN_REGION_{upper} }}}}"


def sessions() -> dict[str, int]:
    """Return role to the most seconds of a session, as the module writes them."""
    block = re.search(r"session_seconds = {(.*)}", TRUST)
    assert block
    return {role: int(seconds) for role, seconds in re.findall(r"(\w+) = (\d+)", block[1])}


def durations() -> list[tuple[str, str, int, int]]:
    """Return workflow and role of every job that takes one, its minutes in seconds, and the session it asks for."""
    found = []
    for workflow in WORKFLOWS.values():
        for name, step in workflow.steps:
            if TAKES_A_ROLE in step.get("uses", ""):
                environment = workflow.jobs[name].get("environment")
                role = role_of(environment) if environment else "plan"
                # The action's default: https://github.com/aws-actions/configure-aws-credentials/blob/main/action.yml
                asked = int(step["with"].get("role-duration-seconds", 3600))
                found.append((workflow.name, role, 60 * workflow.jobs[name]["timeout-minutes"], asked))
    return found


@pytest.mark.parametrize(("workflow", "role", "job", "session"), durations())
def test_a_session_outlives_its_job_and_is_no_longer_than_its_role_allows(
    workflow: str, role: str, job: int, session: int
) -> None:
    assert job <= session <= sessions()[role], f"{workflow}: role-duration-seconds"


COMMANDS = (ROOT / "terraform/envs/bootstrap/outputs.tf").read_text()


def test_every_variable_that_a_workflow_reads_is_set_by_the_bootstrap_or_when_an_environment_is_there() -> None:
    switches = (ROOT / "terraform/README.md").read_text()
    given = {
        name.replace("_DEV", f"_{each}")
        for name in re.findall(r"gh variable set (\w+)", COMMANDS + switches)
        for each in map(str.upper, NAMES)
    }
    read = {name for workflow in WORKFLOWS.values() for name in re.findall(r"\bvars\.(\w+)", workflow.text)}
    assert read - given <= {"DEPLOY_RUNNER", "CLUSTER_RUNNER", "PROVENANCE"}, "what has a default"


def test_the_bootstrap_gives_each_github_environment_the_role_that_trusts_it() -> None:
    block = re.search(r"for github_environment, role in {(.*?) } :", COMMANDS)
    assert block
    given = {
        role: {f"environment:{re.sub(r'[$][{]environment[}]|[(]environment[)]', name, key)}" for name in NAMES}
        for key, role in re.findall(r'"?([^" ,]+)"? = "(\w+)"', block[1])
    }
    assert given == {role: subjects for role, subjects in trusted().items() if role != "plan"}


def test_a_role_and_its_region_are_variables_of_one_github_environment() -> None:
    """Of the repository they would be the same for environments in several accounts and regions."""
    for name in ("AWS_ROLE", "AWS_REGION"):
        commands = [line for line in COMMANDS.splitlines() if f"gh variable set {name} " in line]
        assert len(commands) == 1
        assert "--env ${github_environment}" in commands[0]
    for workflow in WORKFLOWS.values():
        for name, step in workflow.steps:
            if TAKES_A_ROLE in step.get("uses", ""):
                per_environment = "environment" in workflow.jobs[name]
                wanted = "${{ vars.AWS_REGION }}" if per_environment else "${{ inputs.region }}"
                assert step["with"]["aws-region"] == wanted, f"{workflow.name} {name}"
