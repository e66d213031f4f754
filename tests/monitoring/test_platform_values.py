"""Values of the charts, as far as they can be checked without the charts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.monitoring.tools import MONITORING


def read(name: str) -> Any:
    return yaml.safe_load((MONITORING / name).read_text())


CHARTS = yaml.safe_load((Path(__file__).parent / "charts.yaml").read_text())
VALUES = sorted((MONITORING / "helm").glob("*.yaml"))


def test_every_group_of_default_rules_is_kept_or_dropped_with_a_reason() -> None:
    chart = "helm/kube-prometheus-stack.yaml"
    told = read(chart)["defaultRules"]["rules"]
    assert set(told) == set(CHARTS["kube-prometheus-stack"]["rules"])
    lines = (MONITORING / chart).read_text().splitlines()
    for name, kept in told.items():
        number = lines.index(next(line for line in lines if line.startswith(f"    {name}: {str(kept).lower()}")))
        assert "# " in lines[number] or lines[number - 1].startswith("    # "), f"{name} is kept or dropped: why?"


def test_an_alert_that_is_dropped_alone_is_one_of_a_kept_group() -> None:
    told = read("helm/kube-prometheus-stack.yaml")["defaultRules"]
    of_kept = {
        alert
        for group, alerts in CHARTS["kube-prometheus-stack"]["alerts"].items()
        if told["rules"][group]
        for alert in alerts
    }
    assert set(told["disabled"]) <= of_kept


def paths(values: Any, before: str = "") -> Iterator[str]:
    """Yield the path of every value that is no mapping."""
    if not isinstance(values, dict) or not values:
        yield before
        return
    for key, value in values.items():
        yield from paths(value, f"{before}.{key}" if before else key)


@pytest.mark.parametrize("path", VALUES, ids=lambda path: path.name)
def test_the_chart_knows_every_key(path: Path) -> None:
    known = CHARTS[path.name.split(".")[0]]["keys"]
    exact, below = {key for key in known if not key.endswith(".")}, tuple(key for key in known if key.endswith("."))
    given = list(paths(yaml.safe_load(path.read_text())))
    assert given
    assert [key for key in given if key not in exact and not f"{key}.".startswith(below)] == []


def test_what_runs_on_every_node_leaves_fargate_out() -> None:
    for values in (read("helm/fluent-bit.yaml"), read("helm/kube-prometheus-stack.yaml")["prometheus-node-exporter"]):
        (term,) = values["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][
            "nodeSelectorTerms"
        ]
        assert term["matchExpressions"] == [
            {"key": "eks.amazonaws.com/compute-type", "operator": "NotIn", "values": ["fargate"]}
        ]
