"""From resources to amounts: each type's hourly and monthly prices."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cost.free import FREE
from cost.plan import Resource

# https://aws.amazon.com/ec2/faqs/: AWS counts 730 hours a month.
MONTH_HOURS = 730


class UnknownCostError(Exception):
    """The plan holds what the table does not know."""


@dataclass(frozen=True)
class Amount:
    """So many units of one price: `per` is "hour" for what runs, "month" for what is kept."""

    service: str
    item: str
    price: str
    units: float
    per: str


def amounts(resource: Resource) -> Iterable[Amount]:
    """Return what the resource bills; raise UnknownCostError for a type without a price here."""
    if resource.type in FREE:
        return []
    if resource.type not in _PRICED:
        raise UnknownCostError(
            f"{resource.address}: {resource.type} is not in cost/pricing.py, nor among the free ones in cost/free.py"
        )
    return _PRICED[resource.type](resource)


def _node_group(resource: Resource) -> list[Amount]:
    (instance,), scaling = resource.values["instance_types"], resource.values["scaling_config"][0]
    count = scaling["desired_size"]
    return [
        Amount("EC2", f"{count} platform node, {instance}", f"ec2 {instance}", count, "hour"),
        Amount("EC2", f"{count} node volume, 20 GB", "ebs_gp3", 20 * count, "month"),
    ]


def _instance(resource: Resource) -> list[Amount]:
    kind, volume = resource.values["instance_type"], resource.values["root_block_device"][0]["volume_size"]
    found = [
        Amount("NAT", f"NAT instance, {kind}", f"ec2 {kind}", 1, "hour"),
        Amount("NAT", f"its volume, {volume} GB", "ebs_gp3", volume, "month"),
    ]
    if resource.values["associate_public_ip_address"]:
        found.append(Amount("Public IPv4", "NAT instance", "public_ipv4", 1, "hour"))
    return found


def _database(resource: Resource) -> list[Amount]:
    values = resource.values
    copies = 2 if values["multi_az"] else 1
    kind, size = values["instance_class"], values["allocated_storage"]
    label = "Multi-AZ" if values["multi_az"] else "single-AZ"
    found = [
        Amount("RDS", f"{kind}, {label}", f"rds {kind}", copies, "hour"),
        Amount("RDS", f"{size} GB, {label}", "rds_gp3", size * copies, "month"),
    ]
    if values["manage_master_user_password"]:
        found.append(Amount("Secrets Manager", "master secret, made by RDS", "secret", 1, "month"))
    return found


def _alarm(resource: Resource) -> list[Amount]:
    metrics = max(1, sum(1 for query in resource.values.get("metric_query") or [] if query.get("metric")))
    return [Amount("CloudWatch", "alarms", "alarm_metric", metrics, "month")]


def _web_acl(resource: Resource) -> list[Amount]:
    rules = len(resource.values["rule"])
    return [
        Amount("WAF", "web ACL", "waf_acl", 1, "month"),
        Amount("WAF", f"{rules} rules", "waf_rule", rules, "month"),
    ]


def _simple(service: str, item: str, price: str, per: str) -> Callable[[Resource], list[Amount]]:
    return lambda _: [Amount(service, item, price, 1, per)]


_PRICED: dict[str, Callable[[Resource], list[Amount]]] = {
    "aws_cloudwatch_dashboard": _simple("CloudWatch", "dashboard", "dashboard", "month"),
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_db_instance": _database,
    "aws_eip": _simple("Public IPv4", "NAT gateway", "public_ipv4", "hour"),
    "aws_eks_cluster": _simple("EKS", "control plane", "eks_cluster", "hour"),
    "aws_eks_node_group": _node_group,
    "aws_instance": _instance,
    "aws_kms_key": _simple("KMS", "key", "kms_key", "month"),
    "aws_nat_gateway": _simple("NAT", "NAT gateway", "nat_gateway", "hour"),
    "aws_route53_zone": _simple("Route 53", "hosted zone", "hosted_zone", "month"),
    "aws_secretsmanager_secret": _simple("Secrets Manager", "secret", "secret", "month"),
    "aws_wafv2_web_acl": _web_acl,
}


# Fargate's sizes: what a pod asks for is not what it pays for. 256 MB are added for Kubernetes' own processes, then the
# next size up is taken: https://docs.aws.amazon.com/eks/latest/userguide/fargate-pod-configuration.html
# vCPU to the memory sizes in GB that go with it.
FARGATE_SIZES: dict[float, list[float]] = {
    0.25: [0.5, 1, 2],
    0.5: [1, 2, 3, 4],
    1: list(range(2, 9)),
    2: list(range(4, 17)),
    4: list(range(8, 31)),
    8: list(range(16, 61, 4)),
    16: list(range(32, 121, 8)),
}


def fargate_size(cpu: float, memory_mb: int) -> tuple[float, float]:
    """Return vCPU and GB that are billed; raise ValueError when no size is large enough."""
    memory = (memory_mb + 256) / 1024
    for vcpu, gigabytes in FARGATE_SIZES.items():
        fitting = [gigabyte for gigabyte in gigabytes if gigabyte >= memory]
        if vcpu >= cpu and fitting:
            return vcpu, fitting[0]
    raise ValueError(f"Fargate has no size for {cpu} vCPU and {memory_mb} MB")
