"""Draws what Prometheus saw of an incident: panels of our dashboards above the states of the alerts.

usage: .venv-pattern/bin/python -m pattern.rehearsals.picture FOLDER <measurements.json     (measurements.py makes them)

It runs in .venv-pattern, which has matplotlib and nothing of the service.
"""
# mypy: disable-error-code="import-not-found"

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

COLUMNS = 2
UNITS = {
    "reqps": "requests / s",
    "ops": "statements / s",
    "cps": "connections / s",
    "s": "seconds",
    "percentunit": "share",
    "short": "number",
}
# https://jfly.uni-koeln.de/color/: told apart by everybody.
CYCLE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6D31", "#555555")
OWN = {"blue": "#0072B2", "green": "#009E73", "500": "#D55E00", "503": "#D55E00", "200": "#009E73", "201": "#56B4E9"}
MARKS = (("#B00020", "broken"), ("#1B7F3B", "undone"))
STATES = {"pending": "#F2B134", "firing": "#D62728"}
mpl.rc("font", size=9)
mpl.rc("axes", titleweight="bold", titlelocation="left", grid=True)
mpl.rc("axes.spines", top=False, right=False)
mpl.rc("grid", alpha=0.25)
mpl.rc("legend", frameon=False, fontsize=8)


@dataclass
class Measurements:
    """Moments are seconds since it broke; `moments` are the start, when it was undone, and the end."""

    happens: str
    factor: int
    moments: tuple[float, float, float]
    figures: dict[str, dict[str, Any]]
    expected: list[str]
    alerts: dict[str, list[tuple[str, float, float]]]


def _figure(title: str, panels: list[dict[str, Any]], measured: Measurements) -> Figure:
    rows = math.ceil(len(panels) / COLUMNS)
    heights = (2.5 * rows, 1.0 + 0.24 * len(measured.alerts))
    figure = Figure(figsize=(14, 0.5 + sum(heights)), layout="constrained")
    figure.suptitle(f"{title}: {measured.happens}", fontweight="bold", fontsize=12, x=0.01, ha="left")
    # Apart, so that the names of alerts do not push the panels aside.
    grid = figure.add_gridspec(2, 1, height_ratios=heights)
    above, below = figure.add_subfigure(grid[0]), figure.add_subfigure(grid[1])
    for number, panel in enumerate(panels, start=1):
        axes = above.add_subplot(rows, COLUMNS, number)
        _lines(axes, panel)
        _marks(axes, measured)
    _alert_states(below, measured)
    return figure


def _lines(axes: Axes, panel: dict[str, Any]) -> None:
    colours = iter(CYCLE * 3)
    for name, points in panel["lines"].items():
        moments, heights = zip(*points, strict=True)
        colour = OWN.get(name) or next(colours)
        axes.plot(moments, heights, label=name, color=colour, linewidth=1.7)
        axes.fill_between(moments, heights, color=colour, alpha=0.07, linewidth=0)
    axes.set_title(panel["title"])
    axes.set_ylabel(UNITS[panel["unit"]])
    values = [value for points in panel["lines"].values() for _, value in points]
    lowest, highest = min(values, default=0), max(values, default=0)
    axes.set_ylim(min(0, 1.05 * lowest), 1.05 * highest if highest > 0 or lowest < 0 else 1)
    if panel["unit"] == "percentunit":
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    if axes.get_legend_handles_labels()[0]:
        # Beside the title: over the lines it would hide what matters.
        axes.legend(
            loc="lower right", bbox_to_anchor=(1.01, 0.98), ncols=3, handlelength=1, columnspacing=1, borderpad=0
        )


def _alert_states(figure: SubFigure, measured: Measurements) -> None:
    axes = figure.add_subplot()
    for row, states in enumerate(measured.alerts.values()):
        for state, begin, end in states:
            if state in STATES:
                axes.barh(row, end - begin, left=begin, color=STATES[state], height=0.6)
    axes.set_yticks(range(len(measured.alerts)), list(measured.alerts))
    for label in axes.get_yticklabels():
        label.set_fontweight("bold" if label.get_text() in measured.expected else "normal")
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_title("Alerts (bold: those that must fire)")
    axes.set_xlabel(
        f"seconds since it broke; windows are {measured.factor} times shorter, so that a second stands for a minute"
    )
    _marks(axes, measured)
    handles = [
        *(Line2D([], [], color=colour, linewidth=7, label=state) for state, colour in STATES.items()),
        *(Line2D([], [], color=colour, linestyle="--", label=name) for colour, name in MARKS),
        Line2D([], [], color="#777777", linestyle=":", label=f"{measured.expected[0]} changes"),
    ]
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=5, borderpad=0)


def _marks(axes: Axes, measured: Measurements) -> None:
    """Mark when it broke and was undone, and when the first expected alert changed; all panels show the same time."""
    started, undone, ended = measured.moments
    for moment, (colour, _) in zip((0, undone), MARKS, strict=True):
        axes.axvline(moment, color=colour, linestyle="--", linewidth=1.1)
    for state, begin, _ in measured.alerts.get(measured.expected[0], []):
        axes.axvline(begin, color=STATES.get(state, MARKS[1][0]), linestyle=":", linewidth=1.4)
    axes.set_xlim(started, ended)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))


if __name__ == "__main__":
    folder, measured = Path(sys.argv[1]), Measurements(**json.load(sys.stdin))
    for name, shown in measured.figures.items():
        _figure(shown["title"], shown["panels"], measured).savefig(folder / f"{name}.png", dpi=100)
