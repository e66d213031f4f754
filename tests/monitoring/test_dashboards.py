"""Dashboards that a person on call can read: units, legends, thresholds, runbooks, one data source variable."""

import json
from pathlib import Path
from typing import Any

import pytest

from monitoring.generate.alert import kebab
from monitoring.generate.files import alerts
from monitoring.generate.table import load
from tests.monitoring.tools import MONITORING

NAMES = sorted(path.stem for path in (MONITORING / "dashboards").glob("*.json"))
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
def test_blue_and_green_are_drawn_in_their_colours_and_nothing_else_has_a_fixed_one(name: str) -> None:
    for panel in drawn(name):
        fixed = {
            each["matcher"]["options"]: value["value"]["fixedColor"]
            for each in panel["fieldConfig"]["overrides"]
            for value in each["properties"]
        }
        assert fixed == ({"/^blue\\b/": "blue", "/^green\\b/": "green"} if panel["type"] == "timeseries" else {})


@every_dashboard
def test_every_panel_has_thresholds_so_that_no_figure_is_red_by_grafanas_own(name: str) -> None:
    for panel in drawn(name):
        thresholds = panel["fieldConfig"]["defaults"]["thresholds"]
        values = [step["value"] for step in thresholds["steps"]]
        assert values[0] is None, panel["title"]
        assert values[1:] == sorted(values[1:]), panel["title"]
        assert 80 not in values, panel["title"]


def levels(name: str, title: str) -> list[tuple[str, float | None]]:
    (panel,) = [panel for panel in drawn(name) if panel["title"] == title]
    return [(step["color"], step["value"]) for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]


def test_an_exhausted_budget_is_red_and_never_below_zero() -> None:
    for slo in load().slos:
        for name in ("home", "slo"):
            assert levels(name, f"Budget left, {slo.name}")[0] == ("red", None)
            (panel,) = [panel for panel in drawn(name) if panel["title"] == f"Budget left, {slo.name}"]
            assert panel["targets"][0]["expr"].startswith("clamp_min(")


def test_thresholds_of_latency_and_errors_are_those_of_the_slo_table() -> None:
    table = load()
    assert ("red", table.slowest) in levels("service", "p99 by route")
    assert ("red", table.allowed) in levels("service", "Errors by route")
    assert ("red", table.slowest) in levels("home", "Slowness")
    assert ("red", table.allowed) in levels("home", "Failures")
    for slo in table.slos:
        assert ("red", slo.budget) in levels("slo", f"Bad share, {slo.name}")


def test_a_link_of_a_panel_leads_to_a_runbook_that_is_there_and_every_alert_is_linked() -> None:
    linked = set()
    for name in NAMES:
        for panel in drawn(name):
            for link in panel.get("links", []):
                file = link["url"].removeprefix("${REPOSITORY}/blob/main/")
                assert (MONITORING.parent / file).is_file(), f"{name}: {panel['title']}"
                linked.add(Path(file).stem)
    of_panels = {kebab(alert.alert) for group in alerts().values() for alert in group}
    assert of_panels - linked <= UNLINKED


# No panel draws what these look at: Jobs and the mirror of the secrets are in the list of alerts alone.
UNLINKED = {"migrate-job-failed", "prune-failing", "secret-mirror-down"}


def test_the_home_dashboard_has_the_promise_who_is_live_what_fires_and_the_four_signals() -> None:
    titles = [panel["title"] for panel in read("home")["panels"]]
    wanted = [
        *(f"Budget left, {slo.name}" for slo in load().slos),
        "Pages firing",
        "Live colour",
        "Last release",
        "Alerts",
    ]
    assert set(wanted) | {"Slowness", "Traffic", "Failures", "Fullness"} <= set(titles)


@every_dashboard
def test_titles_are_unique_and_the_address_is_that_of_the_alerts(name: str) -> None:
    titles = [panel["title"] for panel in drawn(name)]
    assert len(set(titles)) == len(titles)
    assert read(name)["uid"] == f"service-{name}"
