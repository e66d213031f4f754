"""Dashboards that a person on call can read: units, legends, one data source variable, no colour of their own."""

import json
from typing import Any

import pytest

from tests.monitoring.tools import MONITORING

NAMES = ("service", "slo", "database", "platform", "operations")
every_dashboard = pytest.mark.parametrize("name", NAMES)


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((MONITORING / "dashboards" / f"{name}.json").read_text())
    return document


def drawn(name: str) -> list[dict[str, Any]]:
    return [panel for panel in read(name)["panels"] if panel["type"] in {"timeseries", "stat"}]


@every_dashboard
def test_every_panel_has_a_unit_a_legend_and_the_data_source_of_the_variable(name: str) -> None:
    assert drawn(name)
    for panel in drawn(name):
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}", panel["title"]
        assert panel["targets"], panel["title"]
        for target in panel["targets"]:
            assert target["legendFormat"], panel["title"]


@every_dashboard
def test_no_panel_has_a_colour_of_its_own(name: str) -> None:
    assert '"fixedColor"' not in json.dumps([panel["fieldConfig"] for panel in drawn(name)])


@every_dashboard
def test_titles_are_unique_and_the_address_is_that_of_the_alerts(name: str) -> None:
    titles = [panel["title"] for panel in drawn(name)]
    assert len(set(titles)) == len(titles)
    assert read(name)["uid"] == f"todo-{name}"
