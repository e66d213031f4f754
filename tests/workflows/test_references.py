"""Whatever a workflow names exists: targets, modules, paths, and inputs, outputs and permissions of what it calls."""

import re
from collections.abc import Iterator
from importlib import util
from typing import Any

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


# ── a workflow and the one that it calls agree ───────────────────────────────────────────────────────────────────────
CALLS = [(workflow, *call) for workflow in WORKFLOWS.values() for call in workflow.calls]
SAMPLES = {"string": str, "number": int, "boolean": bool}


def declared(file: str) -> dict[str, Any]:
    found: dict[str, Any] = WORKFLOWS[file].events["workflow_call"] or {}
    return found


def wrong_inputs(given: dict[str, Any], inputs: dict[str, Any]) -> list[str]:
    """Return what a call gives too little, too much or of the wrong kind."""
    needed = {name for name, each in inputs.items() if each.get("required")}
    found = [f"{name} is missing" for name in needed - given.keys()]
    found += [f"{name} is unknown" for name in given.keys() - inputs.keys()]
    for name, value in given.items():
        expression = isinstance(value, str) and "${{" in value
        if name in inputs and not expression and not isinstance(value, SAMPLES[inputs[name]["type"]]):
            found.append(f"{name} is no {inputs[name]['type']}")
    return found


def wider(needed: dict[str, str], given: dict[str, str]) -> list[str]:
    """Return the permissions that the called job asks for and the caller does not give: GitHub refuses to start it."""
    levels = ["none", "read", "write"]
    return [
        name for name, level in needed.items() if levels.index(level) > levels.index(given.get(name, "none"))
    ]  # fmt: skip


def test_a_call_gives_what_the_called_workflow_asks_for() -> None:
    for workflow, name, job, file in CALLS:
        call = f"{workflow.name}: {name}"
        assert (call, wrong_inputs(job.get("with", {}), declared(file).get("inputs", {}))) == (call, [])
        for called in WORKFLOWS[file].jobs.values():
            assert (call, wider(called["permissions"], job["permissions"])) == (call, [])


def test_a_call_that_does_not_fit_would_be_found() -> None:
    inputs = {"a": {"type": "string", "required": True}, "n": {"type": "number"}}
    assert wrong_inputs({"n": "seven", "b": 1}, inputs) == ["a is missing", "b is unknown", "n is no number"]
    assert wider({"id-token": "write"}, {"id-token": "read"}) == ["id-token"]


def outputs_used(workflow: Workflow) -> list[tuple[str, str]]:
    return re.findall(r"needs\.([\w-]+)\.outputs\.([\w-]+)", workflow.text)


def test_every_output_that_is_used_is_given() -> None:
    for name, workflow in WORKFLOWS.items():
        files = {job: file for job, _, file in workflow.calls}
        for job, output in outputs_used(workflow):
            given = declared(files[job])["outputs"] if job in files else workflow.jobs[job]["outputs"]
            assert output in given, f"{name}: {job} gives no {output}"


def test_every_declared_output_comes_from_a_step_that_is_there() -> None:
    for name, workflow in WORKFLOWS.items():
        outputs = declared(name).get("outputs") if "workflow_call" in workflow.events else None
        for output in (outputs or {}).values():
            job, handed = re.findall(r"jobs\.([\w-]+)\.outputs\.([\w-]+)", output["value"])[0]
            step = re.findall(r"steps\.([\w-]+)\.outputs", workflow.jobs[job]["outputs"][handed])[0]
            assert step in {each.get("id") for each in workflow.jobs[job]["steps"]}, f"{name}: {output}"


def test_no_workflow_is_there_that_nobody_calls() -> None:
    called = {name for name, workflow in WORKFLOWS.items() if set(workflow.events) == {"workflow_call"}}
    assert called - {file for *_, file in CALLS} == set()
