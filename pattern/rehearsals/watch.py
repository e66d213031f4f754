"""Sees the states of our alerts change."""

import math
from dataclasses import dataclass, field
from typing import Any

from pattern.rehearsals.prometheus import Prometheus

QUIET, PENDING, FIRING = "inactive", "pending", "firing"


@dataclass(frozen=True)
class Change:
    """An alert that went from one state to another; `text` is what on-call reads, of one that is pending or firing."""

    moment: float
    alert: str
    before: str
    after: str
    severity: str
    text: tuple[str, ...]
    runbook: str


@dataclass
class Watch:
    """The states of our alerts since the first look."""

    prometheus: Prometheus
    changes: list[Change] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)

    def look(self, moment: float) -> list[Change]:
        """Ask once, and return what has changed since the last time."""
        found = [change for rule in self.prometheus.alerts() if (change := self._change(rule, moment))]
        self.changes += found
        return found

    def fired(self, *, since: float = 0, until: float = math.inf) -> set[str]:
        """Return every alert that has begun to fire between two moments."""
        return {change.alert for change in self.changes if change.after == FIRING and since <= change.moment < until}

    def firing(self) -> set[str]:
        return {alert for alert, state in self.states.items() if state == FIRING}

    def _change(self, rule: dict[str, Any], moment: float) -> Change | None:
        before, after = self.states.get(rule["name"], QUIET), rule["state"]
        self.states[rule["name"]] = after
        if before == after:
            return None
        # Of several series, the one that is further on.
        active = sorted(rule["alerts"], key=lambda alert: alert["state"] != FIRING)
        annotations = active[0]["annotations"] if active else {}
        return Change(
            moment,
            rule["name"],
            before,
            after,
            rule["labels"]["severity"],
            tuple(annotations[name] for name in ("summary", "description") if name in annotations),
            "docs/runbooks/" + rule["annotations"]["runbook_url"].rpartition("/")[2],
        )
