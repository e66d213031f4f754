"""The SLO table of monitoring/slo.yaml, typed."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Slo:
    """One promise; `total` and `good` are selectors of counters, `objective` is in percent.

    It holds for each value of the label `by`, if one is named.
    """

    name: str
    objective: float
    users: str
    total: str
    good: str
    by: str = ""

    @property
    def slowest(self) -> float | None:
        """The seconds within which an answer is good; None where the promise is of another kind."""
        found = re.search(r'le="([\d.]+)"', self.good)
        return float(found[1]) if found else None

    @property
    def budget(self) -> float:
        """The share that may fail, from 0 to 1."""
        return round(1 - self.objective / 100, 6)


@dataclass(frozen=True)
class BurnRate:
    """A speed at which the budget burns, seen over two windows."""

    severity: str
    factor: float
    long: str
    short: str
    spent: str


@dataclass(frozen=True)
class Bake:
    """The bounds that judge a release's colour."""

    factor: float
    minimum_samples: int


@dataclass(frozen=True)
class Table:
    """All of monitoring/slo.yaml."""

    window: str
    slos: tuple[Slo, ...]
    burn_rates: tuple[BurnRate, ...]
    minimum_failures: int
    bake: Bake

    @property
    def allowed(self) -> float:
        """The share of requests that may fail: the smallest budget of a promise that is not about time."""
        return min(slo.budget for slo in self.slos if slo.slowest is None)

    @property
    def slowest(self) -> float:
        """The seconds within which a list is promised."""
        return min(slo.slowest for slo in self.slos if slo.slowest is not None)

    @property
    def windows(self) -> tuple[str, ...]:
        """Every window that an alert or a panel looks at, but the first one of five minutes."""
        ordered = (window for rate in self.burn_rates for window in (rate.short, rate.long))
        return tuple(window for window in dict.fromkeys((*ordered, self.window)) if window != "5m")


def load() -> Table:
    """Read the table; what does not fit is a TypeError or KeyError that names the key."""
    raw: dict[str, Any] = yaml.safe_load((FOLDER / "slo.yaml").read_text(encoding="utf-8"))
    return Table(
        window=raw["window"],
        slos=tuple(Slo(**slo) for slo in raw["slos"]),
        burn_rates=tuple(BurnRate(**rate) for rate in raw["burn_rates"]),
        minimum_failures=raw["minimum_failures"],
        bake=Bake(**raw["bake"]),
    )


def narrowed(selector: str, *matchers: str) -> str:
    """Add matchers to a selector: ``x{a="b"}`` and ``c="d"`` are ``x{a="b",c="d"}``."""
    return f"{selector.removesuffix('}')},{','.join(matchers)}}}"
