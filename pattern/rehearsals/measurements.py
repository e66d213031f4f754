"""Collects what Prometheus saw of an incident, and lets .venv-pattern's Python draw it: see picture.py.

Moments are seconds since the failure began.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from local.refusal import Refusal
from local.state import ROOT
from pattern.rehearsals.incident import FACTOR, Incident
from pattern.rehearsals.panels import Panel, legend, local_query, panels, title_of
from pattern.rehearsals.prometheus import Prometheus

PYTHON = ROOT / ".venv-pattern/bin/python"
STEP_SECONDS = 0.5
DRAW_SECONDS = 120


def require_environment() -> None:
    """Raise Refusal where nothing can be drawn; call it before anything is started."""
    if not PYTHON.exists():
        raise Refusal("Pictures need .venv-pattern: `make .venv-pattern/ready` makes it.")


def draw(incident: Incident, prometheus: Prometheus, folder: Path) -> list[Path]:
    """Write incident-KIND.png, and each dashboard that this kind shows best; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    measured = measurements(incident, prometheus)
    subprocess.run(
        [PYTHON, "-m", "pattern.rehearsals.picture", folder.resolve()],
        cwd=ROOT,
        input=json.dumps(measured),
        text=True,
        timeout=DRAW_SECONDS,
        check=True,
    )
    return [folder / f"{name}.png" for name in measured["figures"]]


def measurements(incident: Incident, prometheus: Prometheus) -> dict[str, Any]:
    """Return the panels of each picture with their lines, and the states of the alerts."""
    kind = incident.kind
    chosen = [next(panel for panel in panels(name) if panel.title == title) for name, title in kind.panels]
    figures = {f"incident-{kind.name}": (f"make incident KIND={kind.name}", chosen)}
    figures |= {name: (title_of(name), panels(name)) for name in kind.dashboards}
    return {
        "happens": kind.happens,
        "factor": FACTOR,
        "moments": [moment - incident.broken for moment in (incident.started, incident.undone, incident.ended)],
        "figures": {
            name: {
                "title": title,
                "panels": [
                    {"title": panel.title, "unit": panel.unit, "lines": _lines(panel, incident, prometheus)}
                    for panel in shown
                ],
            }
            for name, (title, shown) in figures.items()
        },
        "expected": kind.expected,
        "alerts": _alerts(incident),
    }


def _lines(panel: Panel, incident: Incident, prometheus: Prometheus) -> dict[str, list[tuple[float, float]]]:
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


def _alerts(incident: Incident) -> dict[str, list[tuple[str, float, float]]]:
    """Return the states that each alert has had, with the moments from which and until which."""
    alerts = dict.fromkeys(change.alert for change in incident.watch.changes)
    found: dict[str, list[tuple[str, float, float]]] = {}
    for alert in alerts:
        changes = [change for change in incident.watch.changes if change.alert == alert]
        ends = [*(change.moment for change in changes[1:]), incident.ended]
        found[alert] = [
            (change.after, change.moment - incident.broken, end - incident.broken)
            for change, end in zip(changes, ends, strict=True)
        ]
    return found
