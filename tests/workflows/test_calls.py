"""A workflow and the one that it calls agree: inputs, outputs, permissions."""

import re
from typing import Any

from tests.workflows.workflow import WORKFLOWS, Workflow

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
