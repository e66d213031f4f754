"""A real apply of every root against the emulator: what works, what a second plan says, what destroy leaves."""

from typing import Any

import pytest

from tests.terraform.evidence import plain
from tests.terraform.plans import resources
from tests.terraform.stories import Story

pytestmark = pytest.mark.ci

# Changes that a plan straight after an apply shows because of moto 5.2.5, not because of our modules.
EMULATOR_DRIFT = {
    "module.environment.module.network.aws_instance.nat": "moto adds the default group to a public instance",
}

# What every address of an environment starts with.
ROOT = "module.environment."

DEV_STEPS = ["bootstrap", "awake", "asleep", "awake after sleep"]
PROD_STEPS = ["bootstrap", "prod"]


def changes(plan: dict[str, Any]) -> dict[str, list[str]]:
    """Return address to actions of all that would change, without what the emulator makes up."""
    found = {
        change["address"]: change["change"]["actions"]
        for change in plan.get("resource_changes", [])
        if change["mode"] == "managed" and change["change"]["actions"] != ["no-op"]
    }
    return {address: actions for address, actions in found.items() if address.split("[")[0] not in _drift(actions)}


def _drift(actions: list[str]) -> set[str]:
    return set(EMULATOR_DRIFT) if actions == ["update"] else set()


@pytest.mark.parametrize("step", DEV_STEPS)
def test_a_second_plan_of_dev_is_empty(dev: Story, step: str) -> None:
    assert changes(dev.plans[f"{step} again"]) == {}


def test_a_second_plan_of_a_dev_born_asleep_is_empty(renamed: Story) -> None:
    assert changes(renamed.plans["dev born asleep again"]) == {}


@pytest.mark.parametrize("step", PROD_STEPS)
def test_a_second_plan_of_prod_is_empty(prod: Story, step: str) -> None:
    assert changes(prod.plans[f"{step} again"]) == {}


def test_every_drift_of_the_emulator_is_still_one(dev: Story, prod: Story) -> None:
    plans = [dev.plans["awake again"], prod.plans["prod again"]]
    seen = {
        change["address"].split("[")[0]
        for plan in plans
        for change in plan["resource_changes"]
        if change["change"]["actions"] == ["update"]
    }
    assert seen == set(EMULATOR_DRIFT)


def test_a_second_apply_at_the_same_time_is_refused(dev: Story) -> None:
    assert dev.lock_refusal is not None
    assert dev.lock_refusal.status == 1
    assert "Error acquiring the state lock" in dev.lock_refusal.output


def test_an_apply_holds_both_locks_and_gives_both_back(dev: Story) -> None:
    assert dev.locks["during"] == (["dev.tfstate"], ["dev.tfstate.tflock"])
    assert dev.locks["after"] == ([], [])


def test_destroy_leaves_nothing_of_dev_awake(dev: Story) -> None:
    assert dev.left_behind == []


def test_destroy_leaves_nothing_of_prod(prod: Story) -> None:
    assert prod.left_behind == []


def test_destroy_leaves_nothing_of_dev_asleep(renamed: Story) -> None:
    assert renamed.left_behind == []


def test_the_emulator_answered_every_call(dev: Story, prod: Story, renamed: Story) -> None:
    assert dev.unanswered + prod.unanswered + renamed.unanswered == ""


def test_http_is_served_with_a_warning(dev: Story) -> None:
    assert "the service speaks http" in dev.outputs["awake"]


def test_https_needs_none(prod: Story) -> None:
    assert "the service speaks http" not in prod.outputs["prod"]


def addresses(state: dict[str, Any]) -> set[str]:
    """Return the addresses of all managed resources in a state."""

    def walk(module: dict[str, Any]) -> set[str]:
        own = {resource["address"] for resource in module.get("resources", []) if resource["mode"] == "managed"}
        return own.union(*(walk(child) for child in module.get("child_modules", [])))

    return walk(state["values"]["root_module"])


def test_sleep_drops_what_bills_by_the_hour_and_keeps_data(dev: Story) -> None:
    awake, asleep = addresses(dev.states["awake"]), addresses(dev.states["asleep"])
    dropped, kept = awake - asleep, awake & asleep
    assert {ROOT + "module.cluster[0].aws_eks_cluster.this", ROOT + "module.network.aws_instance.nat[0]"} <= dropped
    kept_data = {
        "module.database.aws_db_instance.this",
        'module.secrets.aws_secretsmanager_secret.this["app_database"]',
        'module.observability.aws_cloudwatch_log_group.this["audit"]',
        'module.observability.aws_cloudwatch_log_group.this["control_plane"]',
        "module.network.aws_vpc.this",
        "aws_security_group.app",
    }
    assert {ROOT + address for address in kept_data} <= kept


def test_nodes_drain_with_the_rights_of_the_network_that_they_leave(dev: Story) -> None:
    """vpc-cni gives addresses back while nodes drain; without its role's policy it could not."""
    done = plain(dev.outputs["asleep"])
    addon, policy = 'aws_eks_addon.before_nodes["vpc-cni"]', 'aws_iam_role_policy_attachment.workload["vpc-cni"]'
    assert done.index(f"{addon}: Destruction complete") < done.index(f"{policy}: Destruction complete")


def test_asleep_the_database_is_stopped_again_each_evening(dev: Story) -> None:
    schedule = f"{ROOT}aws_scheduler_schedule.stop_database[0]"
    assert schedule in addresses(dev.states["asleep"]) - addresses(dev.states["awake"])


def test_waking_brings_back_the_same_resources(dev: Story) -> None:
    assert addresses(dev.states["awake after sleep"]) == addresses(dev.states["awake"])


def test_the_load_balancer_gets_its_alarms_once_it_is_there(dev: Story) -> None:
    alarms = {
        f'{ROOT}module.observability.aws_cloudwatch_metric_alarm.{name}["this"]'
        for name in ("latency", "server_error_ratio")
    }
    assert changes(dev.plans["with load balancer"]) == {address: ["create"] for address in alarms}
    assert not any(address in str(dev.plans["awake"]) for address in alarms)


def test_pods_on_nodes_reach_database_and_secrets_too(dev: Story) -> None:
    found = changes(dev.plans["pods on nodes"])
    assert found.pop(f'{ROOT}module.database.aws_vpc_security_group_ingress_rule.client["cluster"]') == ["create"]
    assert found.pop(f'{ROOT}module.cluster[0].aws_iam_role_policy.workload["web"]') == ["update"]
    assert {address.split("[")[0] for address in found} == {
        f"{ROOT}module.secrets.aws_secretsmanager_secret_policy.readers"
    }


def test_no_secret_value_is_in_any_state(dev: Story, prod: Story) -> None:
    for state in (*dev.states.values(), *prod.states.values()):
        assert "secret_string" not in str(state)


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_copied_folder_that_still_has_the_other_s_state_plans_nothing(prod: Story, command: str) -> None:
    refused = prod.refusals[f"{command} staging"]
    assert refused.status == 1
    sentence = " ".join(refused.output.replace("│", " ").split())
    assert "The folder is staging, but this state belongs to prod: nothing is planned." in sentence
    assert "terraform/bin/init staging" in sentence


def test_a_copied_folder_cannot_destroy_what_it_was_copied_from(prod: Story) -> None:
    refused = prod.refusals["destroy staging"]
    assert refused.status == 1
    assert "module.environment.terraform_data.environment has lifecycle.prevent_destroy set" in " ".join(
        refused.output.replace("│", " ").split()
    )
    assert "Destruction complete" not in refused.output
    assert changes(prod.plans["prod again"]) == {}


def test_a_new_environment_is_planned_from_nothing_under_its_own_name(prod: Story) -> None:
    plan = prod.plans["staging"]
    assert {tuple(actions) for actions in changes(plan).values()} == {("create",)}
    values = [each.get("values", {}) for each in resources(plan)]
    named = {each["name"] for each in values if isinstance(each.get("name"), str)}
    assert {"todo-staging", "todo-staging-cluster", "todo-staging-database-access"} <= named
    assert not [name for name in named if "prod" in name]
