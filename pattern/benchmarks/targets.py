"""The service's targets, as data: a measure, its bound, and how it is computed from results.json.

Ratios are medians of the rounds' ratios within one run; a measure that was not taken is None.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pattern.benchmarks.compared import ANOTHER, CREATE, LIST
from pattern.benchmarks.contenders import BARE, CONFORMANCE, DRF_FEATURES, FASTAPI_FEATURES, OURS
from pattern.benchmarks.interleaved import NOISY_SHARE
from pattern.benchmarks.pod import AT_ONCE_SECONDS, GOOD_MILLISECONDS, good_enough
from pattern.benchmarks.process import FIRST, LAST
from pattern.benchmarks.statistics_of import ratios

Parts = dict[str, Any]
#: A verdict needs so many rounds in which nobody else used the machine.
LEAST_QUIET = 3


@dataclass(frozen=True)
class Target:
    """`least` or `most` is the bound; `measure` returns a figure a round, and raises KeyError where there is none.

    It returns no figure for a round in which others had more than NOISY_SHARE of the machine; `rounds` of them must be
    left.
    """

    name: str
    measure: Callable[[Parts], list[float]]
    least: float | None = None
    most: float | None = None
    unit: str = ""
    rounds: int = 1

    def figures(self, parts: Parts) -> list[float] | None:
        """Return the figures of all quiet rounds; None where the part was not measured."""
        try:
            return self.measure(parts)
        except KeyError:
            return None

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
        """Return met, not met, not decided (the machine was busy) or not measured, by the median."""
        figures = self.figures(parts)
        if figures is None:
            return "not measured"
        if len(figures) < self.rounds:
            return "not decided"
        value = statistics.median(figures)
        met = value >= self.least if self.least is not None else value <= (self.most or 0)
        return "met" if met else "**not met**"


def quiet(above: list[dict[str, Any]], below: list[dict[str, Any]]) -> list[float]:
    """Return the ratios of the rounds in which nobody else used the machine."""
    pairs = zip(ratios(above, below), above, below, strict=True)
    return [ratio for ratio, *both in pairs if all(taken["others"] <= NOISY_SHARE for taken in both)]


def ours_over(peer: str, kind: str = LIST) -> Callable[[Parts], list[float]]:
    """Return ours ÷ peer, requests a CPU-second."""
    return lambda parts: quiet(parts["compared"][kind][OURS.name], parts["compared"][kind][peer])


def another(parts: Parts) -> list[float]:
    """Return the cost of a list of another resource ÷ that of todos."""
    return quiet(parts["compared"][LIST][OURS.name], parts["compared"][ANOTHER][CONFORMANCE.name])


def steady(parts: Parts) -> list[float]:
    taken = parts["pod"]["steady"]
    return [taken["p99"]] if taken["others_percent"] <= 100 * NOISY_SHARE else []


def good_rate(parts: Parts) -> list[float]:
    """Return the highest rate that was good; noise can only make it lower."""
    return [max((trial["rate"] for trial in parts["pod"]["trials"] if good_enough(trial)), default=0.0)]


def growth(parts: Parts) -> list[float]:
    slices = parts["growth"]["slices"]
    return ratios(slices[str(10**7)][LIST], slices[str(10**3)][LIST], lambda taken: float(taken["p50"]))


def overload(parts: Parts) -> list[float]:
    """Return how much of the peak is left."""
    return [parts["pod"]["overload"]["good_a_second"] / parts["pod"]["overload"]["peak"]]


def memory(parts: Parts) -> list[float]:
    return [float(parts["process"]["memory"][str(FIRST)]["worker"])]


def memory_growth(parts: Parts) -> list[float]:
    return [float(parts["process"]["memory"][str(LAST)]["worker"]) - memory(parts)[0]]


TARGETS = (
    Target(
        "`GET /todos` a CPU-second ÷ FastAPI, same features",
        ours_over(FASTAPI_FEATURES.name),
        least=2.2,
        rounds=LEAST_QUIET,
    ),
    Target("÷ DRF, same features", ours_over(DRF_FEATURES.name), least=4.8, rounds=LEAST_QUIET),
    Target("÷ bare WSGI, JSON in SQL, the same gunicorn", ours_over(BARE.name), least=0.45, rounds=LEAST_QUIET),
    Target(
        "`POST /todos` ÷ FastAPI, same features",
        ours_over(FASTAPI_FEATURES.name, CREATE),
        least=1.8,
        rounds=LEAST_QUIET,
    ),
    Target("cost of a list of another resource ÷ of todos", another, most=1.1, rounds=LEAST_QUIET),
    Target("p99 at 50 a second on a quarter of a core", steady, most=10, unit=" ms"),
    Target(f"highest rate there with p99 ≤ {GOOD_MILLISECONDS} ms", good_rate, least=200, unit="/s"),
    Target("good answers at 3 × capacity ÷ peak", overload, least=0.8),
    Target(
        f"there neither answered nor refused (503, Retry-After) within {AT_ONCE_SECONDS} s",
        lambda parts: [parts["pod"]["overload"]["left_waiting"]],
        most=0,
    ),
    Target("list at 10⁷ rows ÷ at 10³ rows, median time", growth, most=1.3),
    Target(f"resident memory of a worker after {FIRST:,} requests", memory, most=110, unit=" MiB"),
    Target(f"its growth from there to {LAST:,} requests", memory_growth, most=1, unit=" MiB"),
    Target("start to first 200, one core", lambda parts: parts["process"]["start_seconds"], most=1.5, unit=" s"),
)
