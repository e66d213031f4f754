"""Rules that every plan must keep, whatever somebody changes in a module."""

from typing import Any

import pytest

from tests.terraform.plans import of_type, resources
from tests.terraform.stories import Story

pytestmark = pytest.mark.ci

TAGS = {"Project", "Environment", "Owner", "CostCentre", "ManagedBy"}


@pytest.fixture(scope="module", params=["bootstrap", "dev awake", "dev asleep", "prod"])
def state(request: pytest.FixtureRequest, dev: Story, prod: Story) -> dict[str, Any]:
    found: dict[str, Any] = {
        "bootstrap": dev.states["bootstrap"],
        "dev awake": dev.states["awake"],
        "dev asleep": dev.states["asleep"],
        "prod": prod.states["prod"],
    }[request.param]
    return found


def test_everything_that_takes_tags_carries_the_five(state: dict[str, Any]) -> None:
    untagged = {
        each["address"]
        for each in resources(state)
        if "tags_all" in each["values"] and not set(each["values"]["tags_all"] or {}) >= TAGS
    }
    assert untagged == set()


def test_nodes_and_volumes_carry_the_five_tags(state: dict[str, Any]) -> None:
    for template in of_type(state, "aws_launch_template").values():
        tagged = {each["resource_type"] for each in template["tag_specifications"] if set(each["tags"]) >= TAGS}
        assert tagged == {"instance", "volume", "network-interface"}


def test_the_nat_instance_volume_carries_the_five_tags(state: dict[str, Any]) -> None:
    for instance in of_type(state, "aws_instance").values():
        assert set(instance["root_block_device"][0]["tags_all"]) >= TAGS


def test_nothing_lets_the_internet_in(state: dict[str, Any]) -> None:
    rules = of_type(state, "aws_vpc_security_group_ingress_rule")
    assert [address for address, rule in rules.items() if rule.get("cidr_ipv4") == "0.0.0.0/0"] == []
    assert not of_type(state, "aws_security_group_rule")


def test_pods_on_fargate_and_the_functions_reach_the_database_and_nobody_else(dev: Story, prod: Story) -> None:
    for state in (dev.states["awake"], dev.states["asleep"], prod.states["prod"]):
        groups = {group["id"]: group["name"] for group in of_type(state, "aws_security_group").values()}
        rules = of_type(state, "aws_vpc_security_group_ingress_rule").values()
        database = [rule for rule in rules if groups.get(rule["security_group_id"], "").endswith("-database")]
        admitted = [groups[rule["referenced_security_group_id"]].split("-", 2)[2] for rule in database]
        assert sorted(admitted) == ["app", "database-access"]
        assert {rule["from_port"] for rule in database} == {rule["to_port"] for rule in database} == {5432}


def test_what_passes_between_application_and_cluster_sleeps_with_the_cluster(dev: Story) -> None:
    kinds = {
        each["address"] for each in resources(dev.states["asleep"]) if "aws_vpc_security_group_" in each["address"]
    }
    assert kinds
    assert not any("cluster" in address for address in kinds)


def test_storage_is_encrypted(state: dict[str, Any]) -> None:
    assert all(database["storage_encrypted"] for database in of_type(state, "aws_db_instance").values())
    for template in of_type(state, "aws_launch_template").values():
        assert template["block_device_mappings"][0]["ebs"][0]["encrypted"] == "true"
    assert all(each["root_block_device"][0]["encrypted"] for each in of_type(state, "aws_instance").values())


def test_log_groups_end(state: dict[str, Any]) -> None:
    assert all(group["retention_in_days"] > 0 for group in of_type(state, "aws_cloudwatch_log_group").values())


def test_endpoints_are_free(state: dict[str, Any]) -> None:
    assert {each["vpc_endpoint_type"] for each in of_type(state, "aws_vpc_endpoint").values()} <= {"Gateway"}


def test_no_user_and_no_access_key_is_made(state: dict[str, Any]) -> None:
    assert {"aws_iam_user", "aws_iam_access_key", "aws_secretsmanager_secret_version"}.isdisjoint(
        each["type"] for each in resources(state)
    )


def test_secrets_name_readers_that_exist(dev: Story, prod: Story) -> None:
    for state in (dev.states["awake"], prod.states["prod"]):
        names = {role["arn"] for role in of_type(state, "aws_iam_role").values()}
        policies = of_type(state, "aws_secretsmanager_secret_policy")
        assert len(policies) == 4
        for policy in policies.values():
            readers = [arn for arn in names if arn in policy["policy"]]
            assert {arn.rsplit("-", 2)[-2] + "-" + arn.rsplit("-", 1)[-1] for arn in readers} == {
                "secrets-mirror",
                "database-access",
            }


def test_prod_stands_in_two_zones_and_refuses_deletion_unless_told(prod: Story) -> None:
    state = prod.states["prod"]
    (database,) = of_type(state, "aws_db_instance").values()
    assert database["multi_az"]
    assert len(of_type(state, "aws_nat_gateway")) == 2
    groups = of_type(state, "aws_eks_node_group").values()
    assert len({group["subnet_ids"][0] for group in groups}) == 2
    assert {group["scaling_config"][0]["min_size"] for group in groups} == {1}


def test_audit_logs_of_the_control_plane_are_kept_and_prod_encrypts_its_secrets(dev: Story, prod: Story) -> None:
    (cluster,) = of_type(dev.states["awake"], "aws_eks_cluster").values()
    assert "audit" in cluster["enabled_cluster_log_types"]
    (cluster,) = of_type(prod.states["prod"], "aws_eks_cluster").values()
    assert cluster["encryption_config"][0]["resources"] == ["secrets"]
