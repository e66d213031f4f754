"""Assumptions about an environment that no plan can know: the sections cost and cost pods of environments/NAME.ini."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import environments
from environments import ROOT


@dataclass(frozen=True)
class Pod:
    """Pods of one kind on Fargate: how many, what each asks for, how long."""

    name: str
    count: int
    cpu: float
    memory_mb: int
    hours: float | Literal["awake"]


@dataclass(frozen=True)
class Usage:
    """One environment's month; units are in the names."""

    awake_hours: float
    database_hours_asleep: float
    load_balancer_capacity_units: float
    load_balancer_zones: float
    load_balancer_alarm_metrics: float
    data_out_gb: float
    data_between_zones_gb: float
    nat_gateway_gb: float
    image_gb: float
    million_requests: float
    platform_log_gb: float
    control_plane_log_gb: float
    secret_calls: float
    kms_calls: float
    custom_metrics: float
    volume_gb: float
    backup_gb: float
    pods: tuple[Pod, ...]

    @property
    def log_gb(self) -> float:
        """Everything that CloudWatch takes in."""
        return self.million_requests * LOG_GB_A_MILLION + self.platform_log_gb + self.control_plane_log_gb


# Measured on the running service (tests/cost/test_log_volume.py), with the 26 bytes that CloudWatch adds to each line:
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
# An access line; a write has an audit line too, which goes to stdout and to a log group of its own.
LOG_BYTES_A_READ = 320
LOG_BYTES_A_WRITE = 890
WRITES = 0.1  # of all requests: a guess
LOG_GB_A_MILLION = (LOG_BYTES_A_READ * (1 - WRITES) + LOG_BYTES_A_WRITE * WRITES) / 1000
POD = re.compile(r"(\d+) x ([\d.]+), (\d+), (awake|[\d.]+)")


def load(name: str, root: Path = ROOT) -> Usage:
    """Read one environment's assumptions; raise for an unknown environment, a missing figure or an odd pod."""
    values = environments.load(root)[name].values
    figures = {key: float(text) for key, text in values["cost"].items() if key != "ceiling"}
    return Usage(**figures, pods=tuple(_pod(name, text) for name, text in values["cost pods"].items()))


def ceiling(name: str, root: Path = ROOT) -> float | None:
    """Return the US dollars a month that an environment must stay below; None for none."""
    text = environments.load(root)[name].values["cost"]["ceiling"]
    return float(text) if text else None


def _pod(name: str, text: str) -> Pod:
    found = POD.fullmatch(text)
    if not found:
        raise ValueError(f"{name} = {text}: write count x vCPU, MB, hours, such as 1 x 0.25, 256, awake")
    count, cpu, memory, hours = found.groups()
    return Pod(name, int(count), float(cpu), int(memory), "awake" if hours == "awake" else float(hours))
