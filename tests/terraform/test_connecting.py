"""Every script of terraform/bin connects the folder with its own state, and changes nothing where it is another's."""

import json

import pytest

from tests.terraform.stage import AWAKE, CONNECT, VALUES, Stage
from tests.terraform.terraform import ENVIRONMENTS

pytestmark = pytest.mark.slow  # a process or more for each case

SCRIPTS = ("sleep", "wake", "destroy")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_changes_nothing_when_the_state_belongs_to_another_environment(stage: Stage, script: str) -> None:
    other = {"terraform output -json values": (0, json.dumps(VALUES | {"environment": "prod"}))}
    finished, calls = stage.play(script, AWAKE | other)
    assert finished.status == 1
    assert "the state of dev holds the outputs of prod: nothing was changed" in finished.output
    assert calls == [f"{CONNECT}dev.tfstate"]


@pytest.mark.parametrize(
    ("script", "name"),
    [("init", "bootstrap"), ("init", ".."), *((each, "stage") for each in (*SCRIPTS, "init", "plan", "apply"))],
)
def test_a_script_refuses_what_is_no_environment(stage: Stage, script: str, name: str) -> None:
    finished, calls = stage.play(script, AWAKE, name)
    assert finished.status == 2
    assert f"usage: terraform/bin/{script} ENVIRONMENT, one of: {' '.join(ENVIRONMENTS)}" in finished.output
    assert calls == []


@pytest.mark.parametrize("script", ["sleep", "wake"])
def test_an_environment_that_never_sleeps_is_not_put_to_sleep(stage: Stage, script: str) -> None:
    finished, calls = stage.play(script, AWAKE, "prod")
    assert finished.status == 2
    assert "prod never sleeps" in finished.output
    assert calls == [f"{CONNECT}prod.tfstate"]


@pytest.mark.parametrize(
    ("script", "environment"),
    [*(("init", each) for each in ENVIRONMENTS), ("plan", ENVIRONMENTS[0]), ("apply", ENVIRONMENTS[0])],
)
def test_every_script_connects_the_folder_with_its_own_state(stage: Stage, script: str, environment: str) -> None:
    outputs = {"terraform output -json values": (0, json.dumps(VALUES | {"environment": environment}))}
    finished, calls = stage.play(script, AWAKE | outputs, environment)
    assert finished.status == 0, finished.output
    assert calls[0] == f"{CONNECT}{environment}.tfstate"
