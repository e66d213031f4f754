"""The panels of our dashboards, and their queries as Grafana would send them."""

import json
import re
from dataclasses import dataclass
from typing import Any

from monitoring.generate.duration import query_shortened
from monitoring.generate.table import FOLDER


@dataclass(frozen=True)
class Panel:
    """`lines` are pairs of query and legend; {{label}} in a legend is a label of the series."""

    title: str
    unit: str
    lines: tuple[tuple[str, str], ...]


def panels(dashboard: str) -> list[Panel]:
    """Return what monitoring/dashboards/<dashboard>.json draws."""
    return [
        Panel(
            panel["title"],
            panel["fieldConfig"]["defaults"]["unit"],
            tuple((target["expr"], target["legendFormat"]) for target in panel["targets"]),
        )
        for panel in _document(dashboard)["panels"]
        if panel.get("targets")
    ]


def title_of(dashboard: str) -> str:
    return str(_document(dashboard)["title"])


def local_query(query: str, *, factor: int, **variables: str) -> str:
    """Return the query with its variables put in, and its windows divided by `factor` like those of the rules."""
    for name, value in {"environment": "local", "__rate_interval": "5m", **variables}.items():
        query = query.replace(f"${name}", value)
    return query_shortened(query, factor)


def legend(template: str, labels: dict[str, str]) -> str:
    return re.sub(r"{{(\w+)}}", lambda found: labels.get(found[1], ""), template)


def _document(dashboard: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / "dashboards" / f"{dashboard}.json").read_text(encoding="utf-8"))
    return document
