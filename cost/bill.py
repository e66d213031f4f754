"""The month's bill: what is in the plan, awake and asleep, and what usage adds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cost import fargate
from cost.plan import Resource
from cost.prices import Price
from cost.pricing import MONTH_HOURS, Amount, amounts
from cost.usage import Usage


@dataclass(frozen=True)
class Line:
    """One item's US dollars: those that each awake hour adds, and those that come in any case."""

    service: str
    item: str
    per_awake_hour: float
    fixed: float

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
    return _added_up([*lines, *_used(usage, prices)])


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


def _used(usage: Usage, prices: Mapping[str, Price]) -> Iterable[Line]:
    def usd(price: str, units: float = 1) -> float:
        return prices[price].usd * units

    zones = usage.load_balancer_zones
    yield Line("Load balancer", "ALB", usd("alb"), 0)
    yield Line("Load balancer", "capacity units", usd("lcu", usage.load_balancer_capacity_units), 0)
    yield Line("Public IPv4", f"ALB, {zones:g} zones", usd("public_ipv4", zones), 0)
    for pod in usage.pods:
        vcpu, gigabytes = fargate.size(pod.cpu, pod.memory_mb)
        hourly = pod.count * (usd("fargate_vcpu", vcpu) + usd("fargate_gb", gigabytes))
        item = f"{pod.count} x {pod.name}, {vcpu:g} vCPU {gigabytes:g} GB"
        yield Line("Fargate", item, hourly, 0) if pod.hours == "awake" else Line("Fargate", item, 0, hourly * pod.hours)
    logs = usage.log_gb + usage.control_plane_log_gb
    yield Line("CloudWatch", "log lines taken in", 0, usd("log_ingest", logs))
    yield Line("CloudWatch", "log lines kept", 0, usd("log_storage", logs))
    yield Line("CloudWatch", "alarms", usd("alarm_metric", usage.load_balancer_alarm_metrics) / MONTH_HOURS, 0)
    yield Line("CloudWatch", "metrics of log filters", 0, usd("custom_metric", usage.custom_metrics))
    yield Line("Secrets Manager", "calls", 0, usd("secret_calls", usage.secret_calls))
    yield Line("WAF", "requests", 0, usd("waf_requests", usage.waf_million_requests))
    yield Line("KMS", "calls", 0, usd("kms_calls", usage.kms_calls))
    yield Line("ECR", f"{usage.image_gb:g} GB of images", 0, usd("ecr_storage", usage.image_gb))
    yield Line("RDS", f"backups, {usage.backup_gb:g} GB beyond the free size", 0, usd("rds_backup", usage.backup_gb))
    yield Line("EC2", f"volumes of pods, {usage.volume_gb:g} GB", 0, usd("ebs_gp3", usage.volume_gb))
    yield Line("NAT", f"{usage.nat_gateway_gb:g} GB through gateways", 0, usd("nat_gateway_gb", usage.nat_gateway_gb))
    yield Line("Data transfer", "to the internet", 0, usd("data_out_gb", usage.data_out_gb))
    yield Line("Data transfer", "between zones", 0, usd("data_between_zones_gb", usage.data_between_zones_gb))


def _added_up(lines: Iterable[Line]) -> list[Line]:
    found: dict[tuple[str, str], Line] = {}
    for line in lines:
        key = (line.service, line.item)
        before = found.get(key, Line(*key, 0, 0))
        found[key] = Line(*key, before.per_awake_hour + line.per_awake_hour, before.fixed + line.fixed)
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
