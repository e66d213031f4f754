"""terraform/bin/destroy, and the protection that terraform/bin/apply sets: what goes first, what is refused, what is
named as left behind."""

import re

import pytest

from tests.terraform.stage import ASLEEP, AWAKE, CONNECT, GUARD, Stage, starts

# Together they take more than two seconds.
pytestmark = pytest.mark.slow

CONNECTED = f"{CONNECT}dev.tfstate"
PROTECTION = "aws eks describe-cluster --name todo-dev --query cluster.deletionProtection"


def test_destroy_removes_what_controllers_made_first(stage: Stage) -> None:
    finished, calls = stage.play("destroy", AWAKE, "dev")
    assert finished.status == 0, finished.output
    kinds = ("ingress", "statefulset", "persistentvolumeclaim")
    deleted = [f"kubectl delete {kind}" for kind in kinds]
    assert starts(
        calls, [CONNECTED, "aws eks update-kubeconfig", *deleted, f"terraform state rm {GUARD}", "terraform destroy"]
    )


def test_destroy_works_asleep_too(stage: Stage) -> None:
    finished, calls = stage.play("destroy", ASLEEP, "dev")
    assert finished.status == 0, finished.output
    assert starts(
        calls, [CONNECTED, "aws rds start-db-instance", "aws rds wait", "terraform state rm", "terraform destroy"]
    ), calls


def test_destroy_refuses_a_protected_database(stage: Stage) -> None:
    protected = {
        "aws rds describe-db-instances --db-instance-identifier todo-dev --query DBInstances[0].DeletionProtection": (
            0,
            "True",
        )
    }
    finished, calls = stage.play("destroy", AWAKE | protected)
    assert finished.status == 1
    assert "set deletion_protection = false" in finished.output
    assert calls == [CONNECTED]


def test_destroy_refuses_a_protected_cluster(stage: Stage) -> None:
    protected = {"aws eks describe-cluster --name todo-dev --query cluster.deletionProtection": (0, "True")}
    finished, calls = stage.play("destroy", protected | AWAKE)
    assert finished.status == 1
    assert "todo-dev is protected. To delete it: set deletion_protection = false" in finished.output
    assert calls == [CONNECTED]


@pytest.mark.parametrize(
    ("setting", "found", "changed"),
    [
        ("true", (0, "False"), ["--deletion-protection"]),
        ("true", (0, "True"), []),
        ("false", (0, "True"), ["--no-deletion-protection"]),
        ("false", (0, "False"), []),
        ("true", (254, ""), []),  # asleep: there is no cluster
    ],
)
def test_apply_protects_the_cluster_as_the_settings_say(
    stage: Stage, setting: str, found: tuple[int, str], changed: list[str]
) -> None:
    settings = stage.folder / "terraform/envs/dev/settings.auto.tfvars"
    settings.write_text(re.sub(r"(deletion_protection += )\w+", rf"\g<1>{setting}", settings.read_text()))
    finished, calls = stage.play("apply", {PROTECTION: found} | AWAKE)
    assert finished.status == 0, finished.output
    updates = [call for call in calls if call.startswith("aws eks update-cluster-config")]
    assert updates == [f"aws eks update-cluster-config --name todo-dev {word}" for word in changed]


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("aws ec2 describe-network-interfaces --filters Name=vpc-id,Values=vpc-1 Name=status", "eni-of-vpc-cni"),
        ("aws ec2 describe-security-groups --filters Name=tag:aws:eks:cluster-name", "sg-of-eks"),
        ("aws logs describe-log-groups --log-group-name-prefix /aws/eks/todo-dev/", "/aws/eks/todo-dev/cluster"),
    ],
)
def test_destroy_names_what_aws_itself_leaves_behind(stage: Stage, call: str, what: str) -> None:
    finished, _ = stage.play("destroy", {call: (0, what)} | AWAKE)
    assert finished.status == 1
    assert "left behind" in finished.output
    assert what in finished.output


def test_destroy_may_be_repeated_when_the_guard_is_gone(stage: Stage) -> None:
    finished, calls = stage.play(
        "destroy", AWAKE | {"terraform state list": (0, "module.environment.aws_kms_key.data")}
    )
    assert finished.status == 0, finished.output
    assert not any(call.startswith("terraform state rm") for call in calls)


def test_destroy_names_what_is_left(stage: Stage) -> None:
    finished, _ = stage.play("destroy", AWAKE | {"aws ec2 describe-volumes": (0, "vol-1")}, "dev")
    assert finished.status == 1
    assert (
        "left behind, each of which bills or holds the VPC (docs/runbooks/destroy.md says how each goes): vol-1"
        in finished.output
    )
