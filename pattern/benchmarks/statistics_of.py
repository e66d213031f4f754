"""Medians, spreads and ratios of slices, as results.json holds them."""

import statistics
from collections.abc import Callable
from typing import Any

Slices = list[dict[str, Any]]


def per_cpu_second(taken: dict[str, Any]) -> float:
    """Return the requests that a second of the server's CPU carries."""
    return float(taken["requests"]) / max(float(taken["server"]), 1e-6)


def median(slices: Slices, figure: Callable[[dict[str, Any]], float]) -> float:
    """Return the median of `figure` over all rounds."""
    return statistics.median(map(figure, slices))


def spread(slices: Slices, figure: Callable[[dict[str, Any]], float]) -> float:
    """Return half of the distance between the outermost rounds, as a share of the median."""
    figures = list(map(figure, slices))
    return (max(figures) - min(figures)) / 2 / statistics.median(figures)


def ratios(above: Slices, below: Slices, figure: Callable[[dict[str, Any]], float] = per_cpu_second) -> list[float]:
    """Return a ratio a round: slices of one round had the same minute."""
    return [figure(mine) / figure(theirs) for mine, theirs in zip(above, below, strict=True)]


def noisy(slices: Slices, limit: float) -> int:
    """Return how many slices had to share the machine with somebody else."""
    return sum(taken["others"] > limit for taken in slices)
