"""The plans that tests/cost prices are those that Terraform makes."""

import os
from pathlib import Path

import pytest

from cost.plan import recorded
from tests.terraform.stories import Story

RECORDED = Path(__file__).parents[1] / "cost" / "plans"


@pytest.mark.ci
@pytest.mark.parametrize("name", ["dev-awake", "dev-asleep", "prod"])
def test_the_recorded_plan_is_what_terraform_plans(dev: Story, prod: Story, name: str) -> None:
    plan = {"dev-awake": dev.plans["awake"], "dev-asleep": dev.plans["asleep"], "prod": prod.plans["prod"]}[name]
    text = recorded(plan)
    file = RECORDED / f"{name}.json"
    if os.environ.get("ACCEPT"):
        file.write_text(text)
    assert file.read_text() == text, (
        "record it again: ACCEPT=1 pytest tests/terraform/test_cost_plans.py, then make cost"
    )
