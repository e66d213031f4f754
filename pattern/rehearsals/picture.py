"""Draws what Prometheus saw of an incident: panels of our dashboards above the states of the alerts."""

import math
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from pattern.rehearsals.incident import FACTOR, Incident
from pattern.rehearsals.panels import Panel, legend, local_query, panels, title_of
from pattern.rehearsals.prometheus import Prometheus
from pattern.rehearsals.watch import FIRING, PENDING

STEP_SECONDS = 0.5
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
STATES = {PENDING: "#F2B134", FIRING: "#D62728"}
mpl.rc("font", size=9)
mpl.rc("axes", titleweight="bold", titlelocation="left", grid=True)
mpl.rc("axes.spines", top=False, right=False)
mpl.rc("grid", alpha=0.25)
mpl.rc("legend", frameon=False, fontsize=8)


def draw(incident: Incident, prometheus: Prometheus, folder: Path) -> list[Path]:
    """Write incident-KIND.png, and each dashboard that this kind shows best; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    kind = incident.kind
    chosen = [next(panel for panel in panels(name) if panel.title == title) for name, title in kind.panels]
    figures = {
        f"incident-{kind.name}": _figure(f"make incident KIND={kind.name}", chosen, incident, prometheus),
        **{name: _figure(title_of(name), panels(name), incident, prometheus) for name in kind.dashboards},
    }
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=100)
    return [folder / f"{name}.png" for name in figures]


def _figure(title: str, chosen: list[Panel], incident: Incident, prometheus: Prometheus) -> Figure:
    rows = math.ceil(len(chosen) / COLUMNS)
    alerts = list(dict.fromkeys(change.alert for change in incident.watch.changes))
    heights = (2.5 * rows, 1.0 + 0.24 * len(alerts))
    figure = Figure(figsize=(14, 0.5 + sum(heights)), layout="constrained")
    figure.suptitle(f"{title}: {incident.kind.happens}", fontweight="bold", fontsize=12, x=0.01, ha="left")
    # Apart, so that the names of alerts do not push the panels aside.
    grid = figure.add_gridspec(2, 1, height_ratios=heights)
    above, below = figure.add_subfigure(grid[0]), figure.add_subfigure(grid[1])
    for number, panel in enumerate(chosen, start=1):
        axes = above.add_subplot(rows, COLUMNS, number)
        _lines(axes, panel, incident, prometheus)
        _marks(axes, incident)
    _alert_states(below, alerts, incident)
    return figure


def _lines(axes: Axes, panel: Panel, incident: Incident, prometheus: Prometheus) -> None:
    colours = iter(CYCLE * 3)
    drawn = _drawn(panel, incident, prometheus)
    for name, points in drawn.items():
        moments, heights = zip(*points, strict=True)
        colour = OWN.get(name) or next(colours)
        axes.plot(moments, heights, label=name, color=colour, linewidth=1.7)
        axes.fill_between(moments, heights, color=colour, alpha=0.07, linewidth=0)
    axes.set_title(panel.title)
    axes.set_ylabel(UNITS[panel.unit])
    values = [value for points in drawn.values() for _, value in points]
    lowest, highest = min(values, default=0), max(values, default=0)
    axes.set_ylim(min(0, 1.05 * lowest), 1.05 * highest if highest > 0 or lowest < 0 else 1)
    if panel.unit == "percentunit":
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    if axes.get_legend_handles_labels()[0]:
        # Beside the title: over the lines it would hide what matters.
        axes.legend(
            loc="lower right", bbox_to_anchor=(1.01, 0.98), ncols=3, handlelength=1, columnspacing=1, borderpad=0
        )


def _drawn(panel: Panel, incident: Incident, prometheus: Prometheus) -> dict[str, list[tuple[float, float]]]:
    """Return the lines of a panel by their legend; equal ones are one line with several names."""
    found = [
        (legend(template, series.labels), [(moment - incident.broken, value) for moment, value in series.points])
        for query, template in panel.lines
        for series in prometheus.query_range(
            local_query(query, factor=FACTOR), start=incident.started, end=incident.ended, step=STEP_SECONDS
        )
    ]
    # Zero all the time is worth a line only where nothing else is.
    moved = [(name, points) for name, points in found if any(value > 0 for _, value in points)]
    lines: dict[tuple[tuple[float, float], ...], list[str]] = {}
    for name, points in moved or found[:1]:
        lines.setdefault(tuple((moment, round(value, 6)) for moment, value in points), []).append(name)
    return {", ".join(names): list(points) for points, names in lines.items()}


def _alert_states(figure: SubFigure, alerts: list[str], incident: Incident) -> None:
    axes = figure.add_subplot()
    for row, alert in enumerate(alerts):
        changes = [change for change in incident.watch.changes if change.alert == alert]
        ends = [*(change.moment for change in changes[1:]), incident.ended]
        for change, end in zip(changes, ends, strict=True):
            if change.after in STATES:
                left = change.moment - incident.broken
                axes.barh(row, end - change.moment, left=left, color=STATES[change.after], height=0.6)
    axes.set_yticks(range(len(alerts)), alerts)
    for label in axes.get_yticklabels():
        label.set_fontweight("bold" if label.get_text() in incident.kind.expected else "normal")
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_title("Alerts (bold: those that must fire)")
    axes.set_xlabel(f"seconds since it broke; windows are {FACTOR} times shorter, so that a second stands for a minute")
    _marks(axes, incident)
    handles = [
        *(Line2D([], [], color=colour, linewidth=7, label=state) for state, colour in STATES.items()),
        *(Line2D([], [], color=colour, linestyle="--", label=name) for colour, name in MARKS),
        Line2D([], [], color="#777777", linestyle=":", label=f"{incident.kind.expected[0]} changes"),
    ]
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=5, borderpad=0)


def _marks(axes: Axes, incident: Incident) -> None:
    """Mark when it broke and was undone, and when the first expected alert changed; all panels show the same time."""
    for moment, (colour, _) in zip((incident.broken, incident.undone), MARKS, strict=True):
        axes.axvline(moment - incident.broken, color=colour, linestyle="--", linewidth=1.1)
    for change in incident.watch.changes:
        if change.alert == incident.kind.expected[0]:
            colour = STATES.get(change.after, MARKS[1][0])
            axes.axvline(change.moment - incident.broken, color=colour, linestyle=":", linewidth=1.4)
    axes.set_xlim(incident.started - incident.broken, incident.ended - incident.broken)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
