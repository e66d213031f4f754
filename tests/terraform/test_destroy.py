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


DATABASE = "aws rds describe-db-instances --db-instance-identifier todo-dev --query DBInstances[0].DeletionProtection"


@pytest.mark.parametrize("protected", [DATABASE, PROTECTION])
def test_destroy_refuses_a_protected_database_or_cluster(stage: Stage, protected: str) -> None:
    finished, calls = stage.play("destroy", {protected: (0, "True")} | AWAKE | {protected: (0, "True")})
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


def test_destroy_may_be_repeated_when_the_guard_is_gone(stage: Stage) -> None:
    finished, calls = stage.play(
        "destroy", AWAKE | {"terraform state list": (0, "module.environment.aws_kms_key.data")}
    )
    assert finished.status == 0, finished.output
    assert not any(call.startswith("terraform state rm") for call in calls)


def test_destroy_names_what_is_left_also_by_aws_itself(stage: Stage) -> None:
    left = {
        "aws ec2 describe-network-interfaces --filters Name=vpc-id,Values=vpc-1 Name=status": "eni-of-vpc-cni",
        "aws ec2 describe-security-groups --filters Name=tag:aws:eks:cluster-name": "sg-of-eks",
        "aws logs describe-log-groups --log-group-name-prefix /aws/eks/todo-dev/": "/aws/eks/todo-dev/cluster",
        "aws ec2 describe-volumes": "vol-1",
    }
    finished, _ = stage.play("destroy", {call: (0, what) for call, what in left.items()} | AWAKE)
    assert finished.status == 1
    said = "left behind, each of which bills or holds the VPC (docs/runbooks/destroy.md says how each goes): "
    assert finished.output.endswith(said + "\n".join(left.values()) + "\n")
