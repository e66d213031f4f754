"""What the service is held to, as data: a measure, its bound, and how it is computed from results.json.

Ratios are medians of the rounds' ratios within one run; a measure that was not taken is None.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.contenders import BARE, BARE_JSON, DRF, FASTAPI, OURS
from benchmarks.pod import AT_ONCE_SECONDS, GOOD_MILLISECONDS, good_enough
from benchmarks.process import FIRST, LAST
from benchmarks.statistics_of import ratio

Parts = dict[str, Any]
LIST = "GET /todos"


@dataclass(frozen=True)
class Target:
    """`least` or `most` is the bound; `measure` raises KeyError where its part was not measured."""

    name: str
    measure: Callable[[Parts], float]
    least: float | None = None
    most: float | None = None
    unit: str = ""

    def value(self, parts: Parts) -> float | None:
        try:
            return self.measure(parts)
        except KeyError:
            return None

    @property
    def bound(self) -> str:
        return f"≥ {self.least:g}{self.unit}" if self.least is not None else f"≤ {self.most:g}{self.unit}"

    def verdict(self, parts: Parts) -> str:
        """Return met, not met or not measured."""
        value = self.value(parts)
        if value is None:
            return "not measured"
        met = value >= self.least if self.least is not None else value <= (self.most or 0)
        return "met" if met else "**not met**"


def ours_over(peer: str, kind: str = LIST) -> Callable[[Parts], float]:
    """Return ours ÷ peer, requests a CPU-second."""
    return lambda parts: ratio(parts["compared"][kind][OURS.name], parts["compared"][kind][peer])


def cost_of(part: str, kind: str = LIST) -> Callable[[Parts], float]:
    """Return by how many percent a request is dearer with `part` than without it."""
    return lambda parts: 100 * (1 / ours_over(f"ours, no {part}", kind)(parts) - 1)


def unchanged(parts: Parts) -> float:
    return ratio(parts["compared"]["GET /todos, 304"][OURS.name], parts["compared"][LIST][OURS.name])


def growth(parts: Parts) -> float:
    slices = parts["growth"]["slices"]
    return ratio(slices[str(10**7)][LIST], slices[str(10**3)][LIST], lambda taken: float(taken["p50"]))


def good_rate(parts: Parts) -> float:
    return max((trial["rate"] for trial in parts["pod"]["trials"] if good_enough(trial)), default=0.0)


def memory(requests: int) -> Callable[[Parts], float]:
    return lambda parts: float(parts["process"]["memory"][str(requests)]["worker"])


def start_seconds(parts: Parts) -> float:
    return float(sorted(parts["process"]["start_seconds"])[len(parts["process"]["start_seconds"]) // 2])


TARGETS = (
    Target("`GET /todos` a CPU-second, ours ÷ FastAPI", ours_over(FASTAPI.name), least=2.5),
    Target("ours ÷ DRF tutorial", ours_over(DRF.name), least=5),
    Target(
        "ours ÷ bare WSGI + psycopg, the faster of two",
        lambda parts: min(ours_over(bare.name)(parts) for bare in (BARE, BARE_JSON)),
        least=0.75,
    ),
    Target("`POST /todos`, ours ÷ FastAPI", ours_over(FASTAPI.name, "POST /todos"), least=1.5),
    Target("304 ÷ 200 of the list", unchanged, least=2),
    Target(
        "p99 at 50 a second on a quarter of a core",
        lambda parts: float(parts["pod"]["steady"]["p99"]),
        most=10,
        unit=" ms",
    ),
    Target(f"highest rate there with p99 ≤ {GOOD_MILLISECONDS} ms", good_rate, least=200, unit="/s"),
    Target("list at 10⁷ rows ÷ at 10³ rows, median time", growth, most=1.3),
    Target(f"resident memory of a worker after {FIRST:,} requests", memory(FIRST), most=110, unit=" MiB"),
    Target(
        f"its growth from there to {LAST:,} requests",
        lambda parts: memory(LAST)(parts) - memory(FIRST)(parts),
        most=1,
        unit=" MiB",
    ),
    Target("start to first 200, one core", start_seconds, most=1.5, unit=" s"),
    Target("cost of metrics", cost_of("metrics"), most=5, unit=" %"),
    Target("cost of the access log", cost_of("access log"), most=5, unit=" %"),
    Target("cost of the audit trail, on `POST /todos`", cost_of("audit trail", "POST /todos"), most=5, unit=" %"),
    Target(
        "good answers at 3 × capacity ÷ peak",
        lambda parts: float(parts["pod"]["overload"]["good_a_second"] / parts["pod"]["overload"]["peak"]),
        least=0.8,
    ),
    Target(
        f"there neither answered nor refused (503, Retry-After) within {AT_ONCE_SECONDS} s",
        lambda parts: float(parts["pod"]["overload"]["left_waiting"]),
        most=0,
    ),
)
