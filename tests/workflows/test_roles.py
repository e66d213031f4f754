"""Whom AWS lets in: every job that takes a role is one that Terraform's trust names, and no trust is left over."""

import re

from tests.workflows.policy import TAKES_A_ROLE
from tests.workflows.workflow import ROOT, WORKFLOWS, Workflow

TRUST = (ROOT / "terraform/modules/github_oidc/main.tf").read_text()
# The end of a token's `sub`: https://docs.github.com/en/actions/reference/security/oidc
CLAIMS = {"pull_request": "pull_request", "schedule": "ref:refs/heads/main", "workflow_dispatch": "ref:refs/heads/main"}


def trusted() -> dict[str, set[str]]:
    """Return role to the subjects of dev and prod, as the module writes them."""
    block = re.search(r"subjects = {\n(.*?)\n  }", TRUST, re.DOTALL)
    assert block
    found = {}
    for role, value in re.findall(r"(\w+) += (.*)", block[1]):
        subjects = re.findall(r'"([^"]+)"', value)
        found[role] = {each.replace("${var.environment}", name) for each in subjects for name in ("dev", "prod")}
    return found


def started_by(workflow: Workflow) -> set[str]:
    """Return the events that start a workflow, also through the ones that call it."""
    callers = [each for each in WORKFLOWS.values() if workflow.name in {file for *_, file in each.calls}]
    own = set(workflow.events) - {"workflow_call"}
    return own.union(*(started_by(caller) for caller in callers))


def asked() -> dict[str, set[str]]:
    """Return role to the subjects that the workflows come with."""
    found: dict[str, set[str]] = {"plan": set(), "apply": set(), "deploy": set()}
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
            for each in ("dev", "prod"):
                subject = f"environment:{environment.replace('${{ inputs.environment }}', each)}"
                found["apply" if subject.endswith("-infra") else "deploy"].add(subject)
    return found


def test_terraform_trusts_exactly_the_jobs_that_take_a_role() -> None:
    assert asked() == trusted()


def test_each_environment_is_planned_with_its_own_role() -> None:
    for name in ("ci.yml", "drift.yml"):
        job = WORKFLOWS[name].jobs["plan"]
        assert job["with"]["role"] == "${{ matrix.role }}"
        for entry in job["strategy"]["matrix"]["include"]:
            assert entry["role"] == f"${{{{ vars.AWS_PLAN_ROLE_{entry['environment'].upper()} }}}}"


def test_every_variable_that_a_workflow_reads_is_set_by_the_bootstrap() -> None:
    commands = (ROOT / "terraform/envs/bootstrap/outputs.tf").read_text()
    given = set(re.findall(r"gh variable set (\w+)", commands)) | {"AWS_PLAN_ROLE_DEV", "AWS_PLAN_ROLE_PROD"}
    read = {name for workflow in WORKFLOWS.values() for name in re.findall(r"\bvars\.(\w+)", workflow.text)}
    assert "AWS_PLAN_ROLE_${upper(environment)}" in commands
    assert read - given == {"DEPLOY_RUNNER"}, "only the runner has a default"
