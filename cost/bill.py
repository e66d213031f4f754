"""The month's bill: what is in the plan, awake and asleep, and what usage adds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cost.plan import Resource
from cost.prices import Price
from cost.pricing import MONTH_HOURS, Amount, amounts, fargate_size
from cost.usage import Usage


@dataclass(frozen=True)
class Line:
    """One item's US dollars: those that each awake hour adds, and those that come in any case."""

    service: str
    item: str
    per_awake_hour: float
    fixed: float
    #: Whether the quantity is an assumption about traffic and data, not what Terraform plans or what runs.
    guessed: bool = False

    def total(self, awake_hours: float) -> float:
        """Return the month's US dollars."""
        return self.fixed + self.per_awake_hour * awake_hours


def bill(
    awake: Mapping[str, Resource],
    asleep: Mapping[str, Resource] | None,
    usage: Usage,
    prices: Mapping[str, Price],
) -> list[Line]:
    """Return all lines, equal items added up; `asleep` is None where an environment never sleeps."""
    kept = awake if asleep is None else asleep
    lines = [
        _line(amount, prices, stays=resource.address in kept, usage=usage)
        for resource in awake.values()
        for amount in amounts(resource)
    ]
    extra = [] if asleep is None else [asleep[address] for address in sorted(asleep.keys() - awake.keys())]
    for resource in extra:
        lines += [_line(amount, prices, stays=True, usage=usage) for amount in amounts(resource)]
    filtered = any(resource.type == "aws_wafv2_web_acl" for resource in awake.values())
    return _added_up([*lines, *_running(usage, prices), *_used(usage, prices, filtered=filtered)])


def _line(amount: Amount, prices: Mapping[str, Price], *, stays: bool, usage: Usage) -> Line:
    usd = prices[amount.price].usd * amount.units
    if amount.service == "RDS" and amount.per == "hour":
        # Stays in the plan, but sleep stops it; AWS starts it again now and then.
        return Line(amount.service, amount.item, usd, usd * usage.database_hours_asleep)
    if amount.per == "hour":
        fixed, hourly = (usd * MONTH_HOURS, 0.0) if stays else (0.0, usd)
    else:
        fixed, hourly = (usd, 0.0) if stays else (0.0, usd / MONTH_HOURS)
    return Line(amount.service, amount.item, hourly, fixed)


def _running(usage: Usage, prices: Mapping[str, Price]) -> Iterable[Line]:
    """Yield what controllers make and what runs on Fargate, for which no plan has a resource."""
    zones = usage.load_balancer_zones
    yield Line("Load balancer", "ALB", prices["alb"].usd, 0)
    yield Line("Public IPv4", f"ALB, {zones:g} zones", prices["public_ipv4"].usd * zones, 0)
    alarms = prices["alarm_metric"].usd * usage.load_balancer_alarm_metrics
    yield Line("CloudWatch", "alarms", alarms / MONTH_HOURS, 0)
    for pod in usage.pods:
        vcpu, gigabytes = fargate_size(pod.cpu, pod.memory_mb)
        hourly = pod.count * (prices["fargate_vcpu"].usd * vcpu + prices["fargate_gb"].usd * gigabytes)
        item = f"{pod.count} x {pod.name}, {vcpu:g} vCPU {gigabytes:g} GB"
        yield Line("Fargate", item, hourly, 0) if pod.hours == "awake" else Line("Fargate", item, 0, hourly * pod.hours)


def _used(usage: Usage, prices: Mapping[str, Price], *, filtered: bool) -> Iterable[Line]:
    """Yield the costs of traffic and data, whose quantities are assumptions; `filtered` by a web ACL."""

    def line(service: str, item: str, price: str, units: float) -> Line:
        return Line(service, item, 0, prices[price].usd * units, guessed=True)

    units = prices["lcu"].usd * usage.load_balancer_capacity_units
    yield Line("Load balancer", "capacity units", units, 0, guessed=True)
    yield line("CloudWatch", f"{usage.log_gb:.1f} GB of log lines taken in", "log_ingest", usage.log_gb)
    yield line("CloudWatch", "log lines kept", "log_storage", usage.log_gb)
    yield line("CloudWatch", "metrics of log filters", "custom_metric", usage.custom_metrics)
    yield line("Secrets Manager", "calls", "secret_calls", usage.secret_calls)
    yield line("WAF", "requests", "waf_requests", usage.million_requests if filtered else 0)
    yield line("KMS", "calls", "kms_calls", usage.kms_calls)
    yield line("ECR", f"{usage.image_gb:g} GB of images", "ecr_storage", usage.image_gb)
    yield line("RDS", f"backups, {usage.backup_gb:g} GB beyond the free size", "rds_backup", usage.backup_gb)
    yield line("EC2", f"volumes of pods, {usage.volume_gb:g} GB", "ebs_gp3", usage.volume_gb)
    yield line("NAT", f"{usage.nat_gateway_gb:g} GB through gateways", "nat_gateway_gb", usage.nat_gateway_gb)
    yield line("Data transfer", "to the internet", "data_out_gb", usage.data_out_gb)
    yield line("Data transfer", "between zones", "data_between_zones_gb", usage.data_between_zones_gb)


def _added_up(lines: Iterable[Line]) -> list[Line]:
    found: dict[tuple[str, str], Line] = {}
    for line in lines:
        key = (line.service, line.item)
        before = found.get(key, Line(*key, 0, 0))
        hourly, fixed = before.per_awake_hour + line.per_awake_hour, before.fixed + line.fixed
        found[key] = Line(*key, hourly, fixed, guessed=line.guessed)
    return [line for _, line in sorted(found.items()) if line.per_awake_hour or line.fixed]


def total(lines: Iterable[Line], awake_hours: float) -> float:
    """Return the month's US dollars."""
    return sum(line.total(awake_hours) for line in lines)


def most_awake_hours(lines: Iterable[Line], ceiling: float) -> float:
    """Return the awake hours that just fit under the ceiling, 0 to 730."""
    lines = list(lines)
    hourly = sum(line.per_awake_hour for line in lines)
    room = ceiling - sum(line.fixed for line in lines)
    return max(0.0, min(float(MONTH_HOURS), room / hourly if hourly else MONTH_HOURS))
