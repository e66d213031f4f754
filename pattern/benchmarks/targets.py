"""The service's targets, as data: a measure, its bound, and how it is computed from results.json.

Ratios are medians of the rounds' ratios within one run; a measure that was not taken is None.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pattern.benchmarks.contenders import BARE, BARE_JSON, DRF, FASTAPI, OURS
from pattern.benchmarks.pod import AT_ONCE_SECONDS, GOOD_MILLISECONDS, good_enough
from pattern.benchmarks.process import FIRST, LAST
from pattern.benchmarks.statistics_of import ratios

Parts = dict[str, Any]
LIST = "GET /todos"


@dataclass(frozen=True)
class Target:
    """`least` or `most` is the bound; `measure` returns a figure a round, and raises KeyError where there is none."""

    name: str
    measure: Callable[[Parts], list[float]]
    least: float | None = None
    most: float | None = None
    unit: str = ""

    def figures(self, parts: Parts) -> list[float]:
        """Return the figures of all rounds; none where the part was not measured."""
        try:
            return self.measure(parts)
        except KeyError:
            return []

    @property
    def bound(self) -> str:
        return f"≥ {self.least:g}{self.unit}" if self.least is not None else f"≤ {self.most:g}{self.unit}"

    def shown(self, parts: Parts) -> str:
        """Return the median, and the outermost rounds where there are several."""
        figures = self.figures(parts)
        if not figures:
            return "–"
        digits = 2 if statistics.median(map(abs, figures)) < 100 else 0
        between = f" ({min(figures):.{digits}f} – {max(figures):.{digits}f})" if len(figures) > 1 else ""
        return f"{statistics.median(figures):.{digits}f}{self.unit}{between}"

    def verdict(self, parts: Parts) -> str:
        """Return met, not met or not measured, by the median."""
        figures = self.figures(parts)
        if not figures:
            return "not measured"
        value = statistics.median(figures)
        met = value >= self.least if self.least is not None else value <= (self.most or 0)
        return "met" if met else "**not met**"


def ours_over(peer: str, kind: str = LIST) -> Callable[[Parts], list[float]]:
    """Return ours ÷ peer, requests a CPU-second."""
    return lambda parts: ratios(parts["compared"][kind][OURS.name], parts["compared"][kind][peer])


def ours_over_bare(parts: Parts) -> list[float]:
    """Return ours ÷ the bare function that is faster."""
    return min((ours_over(bare.name)(parts) for bare in (BARE, BARE_JSON)), key=statistics.median)


def cost_of(part: str, kind: str = LIST) -> Callable[[Parts], list[float]]:
    """Return by how many percent a request is dearer with `part` than without it."""
    return lambda parts: [100 * (1 / each - 1) for each in ours_over(f"ours, no {part}", kind)(parts)]


def unchanged(parts: Parts) -> list[float]:
    return ratios(parts["compared"]["GET /todos, 304"][OURS.name], parts["compared"][LIST][OURS.name])


def growth(parts: Parts) -> list[float]:
    slices = parts["growth"]["slices"]
    return ratios(slices[str(10**7)][LIST], slices[str(10**3)][LIST], lambda taken: float(taken["p50"]))


def good_rate(parts: Parts) -> list[float]:
    return [max((trial["rate"] for trial in parts["pod"]["trials"] if good_enough(trial)), default=0.0)]


def overload(parts: Parts) -> list[float]:
    """Return how much of the peak is left."""
    return [parts["pod"]["overload"]["good_a_second"] / parts["pod"]["overload"]["peak"]]


def memory(parts: Parts) -> list[float]:
    return [float(parts["process"]["memory"][str(FIRST)]["worker"])]


def memory_growth(parts: Parts) -> list[float]:
    return [float(parts["process"]["memory"][str(LAST)]["worker"]) - memory(parts)[0]]


TARGETS = (
    Target("`GET /todos` a CPU-second, ours ÷ FastAPI", ours_over(FASTAPI.name), least=2.5),
    Target("ours ÷ DRF tutorial", ours_over(DRF.name), least=5),
    Target("ours ÷ bare WSGI + psycopg, the faster of two", ours_over_bare, least=0.75),
    Target("`POST /todos`, ours ÷ FastAPI", ours_over(FASTAPI.name, "POST /todos"), least=1.5),
    Target("304 ÷ 200 of the list", unchanged, least=2),
    Target(
        "p99 at 50 a second on a quarter of a core", lambda parts: [parts["pod"]["steady"]["p99"]], most=10, unit=" ms"
    ),
    Target(f"highest rate there with p99 ≤ {GOOD_MILLISECONDS} ms", good_rate, least=200, unit="/s"),
    Target("list at 10⁷ rows ÷ at 10³ rows, median time", growth, most=1.3),
    Target(f"resident memory of a worker after {FIRST:,} requests", memory, most=110, unit=" MiB"),
    Target(f"its growth from there to {LAST:,} requests", memory_growth, most=1, unit=" MiB"),
    Target("start to first 200, one core", lambda parts: parts["process"]["start_seconds"], most=1.5, unit=" s"),
    Target("cost of metrics", cost_of("metrics"), most=5, unit=" %"),
    Target("cost of the access log", cost_of("access log"), most=5, unit=" %"),
    Target("cost of the audit trail, on `POST /todos`", cost_of("audit trail", "POST /todos"), most=5, unit=" %"),
    Target("good answers at 3 × capacity ÷ peak", overload, least=0.8),
    Target(
        f"there neither answered nor refused (503, Retry-After) within {AT_ONCE_SECONDS} s",
        lambda parts: [parts["pod"]["overload"]["left_waiting"]],
        most=0,
    ),
)
