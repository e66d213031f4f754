"""An alert as it is written in monitoring/alerts/, and as Prometheus reads it: with labels and links."""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from monitoring.generate.duration import query_shortened, shortened
from monitoring.generate.table import FOLDER

Rule = dict[str, object]


@dataclass(frozen=True)
class Alert:
    """`summary` says what users notice, `description` what was measured; both may hold Prometheus' templates."""

    alert: str
    severity: str
    dashboard: str
    expr: str
    summary: str
    description: str
    duration: str = ""
    labels: dict[str, str] = field(default_factory=dict)

    def rule(self, *, factor: int = 1) -> Rule:
        """Return the rule; `factor` shortens its windows for a rehearsal."""
        return {
            "alert": self.alert,
            "expr": query_shortened(self.expr.strip(), factor),
            **({"for": shortened(self.duration, factor)} if self.duration else {}),
            "labels": {"severity": self.severity, "service": "service", **self.labels},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook_url": runbook(kebab(self.alert)),
                "dashboard_url": f"${{GRAFANA}}/d/service-{self.dashboard}",
            },
        }


def written_by_hand(name: str) -> list[Alert]:
    """Return the alerts of monitoring/alerts/<name>.yaml; an unknown key is a TypeError that names it."""
    raw: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts" / f"{name}.yaml").read_text(encoding="utf-8"))
    return [Alert(**{"duration" if key == "for" else key: value for key, value in each.items()}) for each in raw]


def kebab(name: str) -> str:
    """Return ``NoPodReady`` as ``no-pod-ready``: the name of its runbook."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def runbook(name: str) -> str:
    """Return the address of a runbook; `make platform` puts in where the repository is, from project.json."""
    return f"${{REPOSITORY}}/blob/main/docs/runbooks/{name}.md"
