"""The steps of terraform/README.md, walked in their order: after each, no workflow runs by itself that could only fail.

A workflow says by its conditions what runs; a job that plans, builds, delivers or sleeps needs files on main.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from environments import with_account
from tests.workflows.workflow import ROOT, WORKFLOWS

README = (ROOT / "terraform/README.md").read_text()
GITHUB = (ROOT / "terraform/envs/bootstrap/outputs.tf").read_text()
ENVIRONMENTS = with_account()
ALL = {each.name for each in ENVIRONMENTS}
#: What a called workflow reads of its environment.
NEEDS = {
    "plan.yml": {"backend.hcl", "terraform.tfvars"},
    "image.yml": {"values.env"},
    "deliver.yml": {"backend.hcl", "terraform.tfvars", "values.env"},
    "power.yml": {"backend.hcl", "terraform.tfvars", "values.env"},
}
AUTOMATIC = {"pull_request", "push", "schedule"}


@dataclass
class Client:
    """A client's repository as it grows: what a person has made, what is on main, which variables GitHub has."""

    made: set[tuple[str, str]] = field(default_factory=set)
    main: set[tuple[str, str]] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)

    def follow(self, line: str, environments: set[str]) -> None:
        """Do what a command of the README does to the repository."""
        if "tee backend.hcl" in line:
            self.made |= {(name, "backend.hcl") for name in environments}
        for name in re.findall(r"cp terraform/envs/(\w+)/terraform.tfvars.example", line):
            self.made.add((name, "terraform.tfvars"))
        for name in re.findall(r"make values ENV=(\w+)", line):
            self.made.add((name, "values.env"))
        if line.startswith("Push the files that steps"):
            self.main |= self.made
        if "github_commands" in line:
            told = re.findall(r"gh variable set (\S+) --repo \S+ --body", GITHUB)
            self.variables |= {re.sub(r"\$\{.*?\}", name.upper(), each) for each in told for name in environments}
        self.variables |= set(re.findall(r"gh variable set (\w+) --body", line))


def lines_of(step: int, environment: str) -> list[str]:
    """Return the commands of a step, and the sentence that puts files on main, for one environment."""
    text = re.split(r"^\*\*(?=\d\. )|^\*\*prod in", README, flags=re.MULTILINE)[step + 1]
    assert text.startswith(f"{step}. ")
    first = next(each.name for each in ENVIRONMENTS if not each.after)
    text = re.sub(rf"\b{first}\b", environment, re.sub(rf"_{first.upper()}\b", f"_{environment.upper()}", text))
    return [line.strip() for line in re.findall(r"^    .*|Push the files that steps.*", text, re.MULTILINE)]


def running(variables: set[str]) -> Iterator[tuple[str, str, str]]:
    """Return which workflow calls which other for which environment by itself, with these variables in GitHub."""
    for name, workflow in WORKFLOWS.items():
        if not AUTOMATIC & set(workflow.events):
            continue
        for _, job, called in workflow.calls:
            for environment, condition in of(job) if called in NEEDS else ():
                asked = re.findall(r"vars\.(\w+)", condition)
                assert asked, f"{name} runs {called} for {environment} whatever GitHub knows"
                if set(asked) <= variables:
                    yield name, called, environment


def of(job: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the environments of a job, each with what must be set for it to run."""
    matrix = job.get("strategy", {}).get("matrix", {}).get("include")
    if matrix:  # plan.yml does nothing without a role
        return [(entry["environment"], entry["role"]) for entry in matrix]
    return [(job["with"]["environment"], job["if"])]


def walk(client: Client, steps: list[int], environment: str, environments: set[str]) -> None:
    for step in steps:
        for line in lines_of(step, environment):
            client.follow(line, environments)
            for name, called, each in running(client.variables):
                lacking = {file for file in NEEDS[called] if (each, file) not in client.main}
                assert not lacking, f"after {line!r} of step {step}, {name} runs {called} for {each} without {lacking}"


def switched_on(client: Client) -> set[str]:
    return {environment for _, called, environment in running(client.variables) if called == "deliver.yml"}


def test_the_first_days_are_green() -> None:
    client = Client()
    walk(client, [0, 1, 2, 3], ENVIRONMENTS[0].name, ALL)
    assert switched_on(client) == set()
    for count, each in enumerate(ENVIRONMENTS, 1):
        walk(client, [4, 5, 6, 7, 8], each.name, ALL)
        assert switched_on(client) == {one.name for one in ENVIRONMENTS[:count]}


def test_the_first_days_are_green_with_an_account_for_each_environment() -> None:
    client = Client()
    for each in ENVIRONMENTS:
        walk(client, [0, 1, 2, 3, 4, 5, 6, 7, 8], each.name, {each.name})
    assert switched_on(client) == ALL


@pytest.mark.parametrize("early", sorted(ALL))
def test_a_switch_that_came_with_the_environments_would_be_seen(early: str) -> None:
    client = Client(variables={f"AWS_PLAN_ROLE_{early.upper()}"})
    with pytest.raises(AssertionError, match=f"for {early} without"):
        walk(client, [4], early, ALL)
