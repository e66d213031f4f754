"""Assumptions about an environment that no plan can know."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


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
    load_balancer_zones: int
    load_balancer_alarm_metrics: int
    data_out_gb: float
    data_between_zones_gb: float
    nat_gateway_gb: float
    image_gb: float
    log_gb: float
    control_plane_log_gb: float
    secret_calls: int
    kms_calls: int
    waf_million_requests: float
    custom_metrics: int
    volume_gb: float
    backup_gb: float
    pods: tuple[Pod, ...]


PATH = Path(__file__).with_name("usage.toml")


def load(environment: str, path: Path = PATH) -> Usage:
    """Read one environment's assumptions; raise KeyError for an unknown one, TypeError for a missing figure."""
    values = tomllib.loads(path.read_text())[environment]
    return Usage(**values | {"pods": tuple(Pod(**pod) for pod in values["pods"])})
