"""What others read of Terraform: outputs, which are exactly the keys of values.env, and the plans that cost prices."""

import os
import re
from pathlib import Path

import pytest

from cost.plan import recorded
from tests.terraform.stories import Story
from tests.terraform.terraform import SOURCE

KEYS = {line for line in (SOURCE / "values.keys").read_text().splitlines() if line and not line.startswith("#")}
OVERLAYS = SOURCE.parent / "kustomize" / "overlays"
RECORDED = SOURCE.parent / "tests" / "cost" / "plans"


def test_outputs_and_keys_are_the_same() -> None:
    text = (SOURCE / "modules/environment/outputs.tf").read_text().partition('output "values"')[2]
    assert {name.upper() for name in re.findall(r"^    (\w+) +=", text, re.MULTILINE)} == KEYS


@pytest.mark.parametrize("file", sorted(OVERLAYS.glob("*/values.env")), ids=str)
def test_committed_values_have_exactly_these_keys(file: Path) -> None:
    if file.parent.name == "local":
        pytest.skip("overlays/local has no AWS account behind it")
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    assert {line.split("=", 1)[0] for line in lines} == KEYS


@pytest.mark.ci
def test_a_night_changes_no_value(dev: Story) -> None:
    assert dev.values["asleep"] == dev.values["awake"] == dev.values["awake after sleep"]


@pytest.mark.ci
def test_every_value_is_text_on_one_line(dev: Story, prod: Story) -> None:
    for values in (dev.values["awake"], prod.values["prod"]):
        assert {key.upper() for key in values} == KEYS
        assert all("\n" not in str(value) for value in values.values())


@pytest.mark.ci
def test_roles_that_values_name_exist(dev: Story, prod: Story) -> None:
    for story, step in ((dev, "awake"), (prod, "prod")):
        named = {value for key, value in story.values[step].items() if key.endswith("_role_arn") and value}
        assert all(f"'arn': '{arn}'" in str(story.states[step]) for arn in named)


@pytest.mark.ci
def test_the_image_repository_is_the_one_that_bootstrap_made(dev: Story) -> None:
    assert dev.values["awake"]["image_repository"] == dev.values["bootstrap"]["image_repository"]


def test_make_values_writes_every_key_and_refuses_a_missing_one() -> None:
    from write_values import rendered  # noqa: PLC0415 (terraform/ comes into the path with the fixtures)

    outputs: dict[str, object] = {key.lower(): f"of {key}" for key in KEYS}
    lines = rendered(outputs).splitlines()
    assert lines[1:] == [f"{key}=of {key}" for key in sorted(KEYS)]
    del outputs["vpc_id"]
    with pytest.raises(ValueError, match=r"differ: VPC_ID"):
        rendered(outputs)


@pytest.mark.ci
@pytest.mark.parametrize("name", ["dev-awake", "dev-asleep", "prod"])
def test_the_recorded_plan_is_what_terraform_plans(dev: Story, prod: Story, name: str) -> None:
    plan = {"dev-awake": dev.plans["awake"], "dev-asleep": dev.plans["asleep"], "prod": prod.plans["prod"]}[name]
    text = recorded(plan)
    file = RECORDED / f"{name}.json"
    if os.environ.get("ACCEPT"):
        file.write_text(text)
    assert file.read_text() == text, "record it again: ACCEPT=1 pytest tests/terraform/test_values.py, then make cost"
