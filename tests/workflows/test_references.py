"""Every make target, module, script and path that a workflow names exists, and every test is run by one."""

import re
from collections.abc import Iterator
from importlib import util

import pytest

from tests.workflows.workflow import ROOT, WORKFLOWS, Workflow

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([\w.-]+):", MAKEFILE, re.MULTILINE))
# A path has a slash. What is made during a run, starts with a variable or belongs to AWS lies elsewhere.
MADE = re.compile(r"^(\.local/|\.venv[\w-]*/|/dev/|/?\$\w+/|origin/|https?://)")


def scripts(workflow: Workflow) -> str:
    return "\n".join(step["run"] for _, step in workflow.steps if "run" in step)


def missing_targets(text: str) -> set[str]:
    return set(re.findall(r"\bmake (?:--\w+ )*([\w.-]+)", re.sub(r'"[^"]*"', "", text))) - TARGETS


def missing_modules(text: str) -> Iterator[str]:
    for name in re.findall(r"python3? -m ([\w.]+)", text):
        if util.find_spec(name) is None:
            yield name


def missing_paths(text: str) -> Iterator[str]:
    for word in re.findall(r"[\w./$-]*/[\w./$-]+", text):
        path = re.sub(r"\$\w+", "dev", word)  # one environment stands for both
        if not MADE.match(word) and not (ROOT / path).exists():
            yield path


def test_every_make_target_module_and_path_of_a_script_exists() -> None:
    for name, workflow in WORKFLOWS.items():
        assert (name, missing_targets(scripts(workflow))) == (name, set())
        assert (name, list(missing_modules(scripts(workflow)))) == (name, [])
        text = re.sub(r"'[^']*'|https://\S+|\$\w+@\S+", "", scripts(workflow))
        assert (name, list(missing_paths(text))) == (name, [])


@pytest.mark.parametrize("pattern", [r"uses: \./(\S+)", r"docs/[\w/.-]+\.md"], ids=["actions_and_workflows", "pages"])
def test_each_file_that_a_workflow_names_exists(pattern: str) -> None:
    named = [(name, path) for name, workflow in WORKFLOWS.items() for path in re.findall(pattern, workflow.text)]
    assert named
    assert [(name, path) for name, path in named if not (ROOT / path).exists()] == []


def test_what_does_not_exist_would_be_found() -> None:
    assert missing_targets('make nonsense ENV="$ENVIRONMENT"\nmake --silent more') == {"nonsense", "more"}
    assert list(missing_modules(".venv/bin/python -m pipeline.nonsense")) == ["pipeline.nonsense"]
    assert list(missing_paths("terraform/bin/nonsense dev")) == ["terraform/bin/nonsense"]


def test_every_test_is_run_by_a_job() -> None:
    jobs = WORKFLOWS["tests.yml"].jobs
    usual, rest, image = jobs["suite"]["strategy"]["matrix"]["include"]
    assert (usual["marks"], usual["options"]) == ("not ci and not cluster", "-n auto --cov")
    assert (rest["marks"], rest["options"]) == ("ci", "-n auto --ignore=tests/image --ignore=tests/terraform")
    assert (image["marks"], image["options"]) == ("ci", "tests/image")
    assert jobs["terraform"]["steps"][-1]["run"] == "make terraform-test"
    assert jobs["cluster"]["steps"][-1]["run"].endswith("make cluster-test")


def test_every_workflow_of_the_design_is_there() -> None:
    wanted = "ci cd rollback drift sleep wake codeql"
    assert {f"{name}.yml" for name in wanted.split()} <= set(WORKFLOWS)
