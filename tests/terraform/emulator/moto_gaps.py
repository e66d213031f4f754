"""Makes moto judge as AWS does where it forgets or differs, inside moto's own classes (moto is pinned)."""
# mypy: disable-error-code="method-assign, no-untyped-call, attr-defined, union-attr, assignment, no-any-return"

import json
from collections.abc import Iterable
from typing import Any

from moto.budgets.responses import BudgetsResponse
from moto.ec2.models import ec2_backends
from moto.ec2.models.launch_templates import LaunchTemplateVersion
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.eks.responses import EKSResponse
from moto.iam.access_control import PermissionResult
from moto.rds.models import DBParameterGroup
from moto.s3.models import FakeBucket, FakeDeleteMarker
from moto.secretsmanager.models import SecretsManagerBackend

_budget_tags: dict[str, list[dict[str, str]]] = {}


def fill() -> None:
    """Fix all of them; call it once, before the server starts."""
    _bucket_policy_conditions()
    _delete_markers()
    _budgets()
    _parameter_source()
    _launch_template_tags()
    _rule_description()
    _eks_cluster()
    _eks_node_group()
    _rotation_before_the_first_value()


def _bucket_policy_conditions() -> None:
    """Drop conditional denials before moto judges: it ignores conditions, so that "deny unless TLS" would deny all."""
    judge = FakeBucket.get_permission

    def get_permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
        saved = self.policy
        if saved is None:
            return judge(self, action, resource)
        policy = json.loads(saved)
        policy["Statement"] = [s for s in policy["Statement"] if s["Effect"] == "Allow" or not s.get("Condition")]
        if not policy["Statement"]:
            return PermissionResult.NEUTRAL
        self.policy = json.dumps(policy).encode()
        try:
            return judge(self, action, resource)
        finally:
            self.policy = saved

    FakeBucket.get_permission = get_permission


def _delete_markers() -> None:
    """Let a bucket be emptied whose versioning was suspended: moto disposes of its delete markers, which cannot."""

    def dispose(self: FakeDeleteMarker, garbage: bool = False) -> None:  # noqa: FBT001, FBT002 (moto's signature)
        """Hold nothing, so release nothing."""

    FakeDeleteMarker.dispose = dispose


def _budgets() -> None:
    """Give budgets their tags and each notification its subscribers."""
    create = BudgetsResponse.create_budget

    def create_budget(self: BudgetsResponse) -> str:
        result = create(self)
        arn = f"arn:aws:budgets::{self._get_param('AccountId')}:budget/{self._get_param('Budget')['BudgetName']}"
        _budget_tags[arn] = self._get_param("ResourceTags") or []
        return result

    def list_tags_for_resource(self: BudgetsResponse) -> str:
        return json.dumps({"ResourceTags": _budget_tags.get(self._get_param("ResourceARN"), [])})

    def describe_subscribers_for_notification(self: BudgetsResponse) -> str:
        budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]
        wanted = _comparable(self._get_param("Notification"))
        found = [n.subscribers for n in budget.notifications if _comparable(n.details) == wanted]
        return json.dumps({"Subscribers": found[0] if found else []})

    BudgetsResponse.create_budget = create_budget
    BudgetsResponse.list_tags_for_resource = list_tags_for_resource
    BudgetsResponse.describe_subscribers_for_notification = describe_subscribers_for_notification


def _comparable(notification: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in notification.items() if key != "NotificationState"}
    return kept | {"Threshold": float(kept["Threshold"])}


def _parameter_source() -> None:
    """Say of a parameter that the user set it: the provider reads no others."""
    update = DBParameterGroup.update_parameters

    def update_parameters(self: DBParameterGroup, parameters: Iterable[dict[str, Any]]) -> None:
        update(self, list(parameters))
        for parameter in self.parameters.values():
            parameter.setdefault("Source", "user")

    DBParameterGroup.update_parameters = update_parameters


def _launch_template_tags() -> None:
    """Keep the tags of a launch template itself out of what it launches; moto mixes them in."""
    init = LaunchTemplateVersion.__init__

    def new_init(
        self: LaunchTemplateVersion, template: Any, number: int, data: dict[str, Any], description: str
    ) -> None:
        tags = [t for t in data.get("TagSpecifications", []) if t.get("ResourceType") != "launch-template"]
        rest = {key: value for key, value in data.items() if key != "TagSpecifications"}
        init(self, template, number, rest | ({"TagSpecifications": tags} if tags else {}), description)

    LaunchTemplateVersion.__init__ = new_init


def _rule_description() -> None:
    """Show the description of a rule between two groups; moto shows that of a rule for an address range alone."""

    def description(self: SecurityGroupRule) -> str | None:
        return self.ip_range.get("Description") or self.source_group.get("Description")

    SecurityGroupRule.description = property(description)


def _eks_cluster() -> None:
    """Remember access configuration, support type, zonal shift, VPC and the cluster's security group."""
    create, delete = EKSResponse.create_cluster, EKSResponse.delete_cluster

    def create_cluster(self: EKSResponse) -> Any:
        result = create(self)
        cluster = self.eks_backend.clusters[self._get_param("name")]
        access = {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True}
        cluster.access_config = access | (self._get_param("accessConfig") or {})
        cluster.upgrade_policy = self._get_param("upgradePolicy") or {"supportType": "EXTENDED"}
        cluster.zonal_shift_config = self._get_param("zonalShiftConfig") or {"enabled": False}
        network = cluster.resources_vpc_config
        ec2 = ec2_backends[self.current_account][self.region]
        network["vpcId"] = ec2.get_subnet(network["subnetIds"][0]).vpc_id
        name = f"eks-cluster-sg-{self._get_param('name')}"
        group = ec2.create_security_group(name, "made by EKS for nodes and pods", vpc_id=network["vpcId"])
        network["clusterSecurityGroupId"] = group.id
        return result

    def delete_cluster(self: EKSResponse) -> Any:
        network = self.eks_backend.clusters[self._get_param("name")].resources_vpc_config
        result = delete(self)
        ec2_backends[self.current_account][self.region].delete_security_group(
            group_id=network["clusterSecurityGroupId"]
        )
        return result

    EKSResponse.create_cluster = create_cluster
    EKSResponse.delete_cluster = delete_cluster


def _eks_node_group() -> None:
    """Remember update and repair configuration, version and release; moto invents an SSH key and version 1.19."""
    create = EKSResponse.create_nodegroup

    def create_nodegroup(self: EKSResponse) -> Any:
        result = create(self)
        cluster = self.eks_backend.clusters[self._get_param("name")]
        group = cluster.nodegroups[self._get_param("nodegroupName")]
        group.update_config = self._get_param("updateConfig") or {"maxUnavailable": 1}
        group.remote_access = self._get_param("remoteAccess")
        group.version = self._get_param("version") or cluster.version
        group.release_version = self._get_param("releaseVersion") or f"{group.version}.0-20260101"
        group.node_repair_config = self._get_param("nodeRepairConfig") or {"enabled": False}
        return result

    EKSResponse.create_nodegroup = create_nodegroup


def _rotation_before_the_first_value() -> None:
    """Take a schedule for a secret that has no value yet; moto's bookkeeping of versions breaks on it."""
    rotate = SecretsManagerBackend.rotate_secret

    def rotate_secret(self: SecretsManagerBackend, secret_id: str, **wanted: Any) -> str:
        secret = self.secrets[secret_id]
        if secret.versions:
            return rotate(self, secret_id, **wanted)
        secret.rotation_lambda_arn = wanted.get("rotation_lambda_arn") or ""
        secret.auto_rotate_after_days = (wanted.get("rotation_rules") or {}).get("AutomaticallyAfterDays", 0)
        secret.rotation_enabled = secret.rotation_requested = True
        return json.dumps({"ARN": secret.arn, "Name": secret.name})

    SecretsManagerBackend.rotate_secret = rotate_secret
