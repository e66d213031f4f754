"""A plan on one page: what is lost first, and what it costs."""

import json
from pathlib import Path
from typing import Any

import pytest

from cost.difference import markdown
from pipeline.plan_summary import summary
from tests.workflows.conftest import started

ROOT = Path(__file__).parents[2]
PLANS = ROOT / "tests/cost/plans"


def plan(*actions: tuple[str, list[str]]) -> dict[str, Any]:
    changes = [{"address": each, "mode": "managed", "change": {"actions": action}} for each, action in actions]
    return {"planned_values": {"root_module": {}}, "resource_changes": changes}


def test_what_is_destroyed_or_replaced_stands_before_what_is_made() -> None:
    page = summary("dev", plan(("a", ["create"]), ("b", ["delete"]), ("c", ["create", "delete"]), ("d", ["update"])))
    assert "1 destroyed, 1 replaced, 1 changed, 1 made" in page
    assert [line for line in page.splitlines() if "`" in line] == [
        "| destroyed | `b` |",
        "| replaced | `c` |",
        "| changed | `d` |",
        "| made | `a` |",
    ]


def test_a_plan_without_changes_says_so() -> None:
    assert "Nothing to change." in summary("dev", plan(("a", ["no-op"]), ("b", ["read"])))


def test_a_failed_check_is_shown() -> None:
    checked = plan() | {"checks": [{"status": "fail", "address": {"to_display": "check.https"}}]}
    assert "Check failed: `check.https`" in summary("dev", checked)


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PLANS / f"{name}.json").read_text())
    return found


def test_falling_asleep_takes_the_control_plane_off_the_bill() -> None:
    document = recorded("dev-asleep") | {"prior_state": {"values": recorded("dev-awake")["planned_values"]}}
    page = markdown("dev", document)
    assert page.startswith("Cost: **-")
    assert "| EKS: control plane | 73.00 | 0.00 |" in page


def test_a_new_account_costs_all_of_it() -> None:
    assert "| EKS: control plane | 0.00 | 73.00 |" in markdown("dev", recorded("dev-awake"))


def test_a_change_without_cost_says_so() -> None:
    document = recorded("prod") | {"prior_state": {"values": recorded("prod")["planned_values"]}}
    assert markdown("prod", document) == "Cost: no difference.\n"


def test_a_resource_without_a_price_is_named_instead_of_counted_as_free() -> None:
    unknown = {"address": "aws_msk_cluster.x", "type": "aws_msk_cluster", "mode": "managed", "values": {}}
    page = markdown("dev", {"planned_values": {"root_module": {"resources": [unknown]}}})
    assert page.startswith("Cost: unknown. aws_msk_cluster.x")


@pytest.mark.parametrize(("actions", "status"), [(["update"], 1), (["no-op"], 0)])
def test_drift_is_a_plan_that_changes_something(
    actions: list[str], status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dev.json"
    file.write_text(json.dumps(plan(("aws_vpc.this", actions))))
    assert started("plan_summary", str(file), "--drift") == status
    assert capsys.readouterr().out.startswith("### Terraform: dev")
