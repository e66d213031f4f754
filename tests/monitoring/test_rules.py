"""Every alert fires when it should and is quiet when it should not, has a runbook and a dashboard; nothing is stale."""

import re
from pathlib import Path

import pytest
import yaml

from monitoring.generate.alert import Alert, kebab
from monitoring.generate.files import alerts, files
from tests.monitoring.tools import MONITORING, run

RUNBOOKS = MONITORING.parent / "docs" / "runbooks"
# Runbooks of operations, which no alert leads to.
OPERATIONS = {"destroy", "sleep", "wake", "release", "rollback", "operations-in-the-admin", "restore"}
OPERATIONS |= {
    "upgrade-kubernetes",
    "upgrade-nodes",
    "upgrade-postgresql",
    "rotate-secrets",
    "first-15-minutes",
    "README",
}
# For incidents without an alert in Prometheus: a red workflow, and a flip that moves nothing.
INCIDENTS = {"drift", "break-glass", "nat-instance-down"}

ALERTS = [alert for group in alerts().values() for alert in group]
PAGES = {kebab(alert.alert) for alert in ALERTS if alert.severity == "page"}
every_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.alert)
TESTS = sorted((MONITORING / "tests").glob("*.yaml"))


@pytest.mark.parametrize("path", sorted((MONITORING / "rules").glob("*.yaml")), ids=lambda path: path.stem)
def test_prometheus_takes_the_rules(path: Path) -> None:
    done = run("promtool", "check", "rules", path)
    assert done.returncode == 0, done.stderr


@pytest.mark.ci  # promtool counts days and weeks minute by minute
@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_alerts_fire_and_are_quiet_as_their_tests_say(path: Path) -> None:
    done = run("promtool", "test", "rules", path)
    assert done.returncode == 0, done.stdout + done.stderr


@every_alert
def test_an_alert_has_a_test_that_fires_and_one_of_missing_series_that_does_not(alert: Alert) -> None:
    tested = [
        (case, bool(rule.get("exp_alerts")))
        for path in TESTS
        for case in yaml.safe_load(path.read_text())["tests"]
        for rule in case["alert_rule_test"]
        if rule["alertname"] == alert.alert
    ]
    assert any(fired for _, fired in tested)
    assert any(not fired for _, fired in tested)


@every_alert
def test_an_alert_leads_to_its_runbook_and_its_dashboard(alert: Alert) -> None:
    rule = alert.rule()
    annotations = rule["annotations"]
    assert isinstance(annotations, dict)
    assert annotations["runbook_url"].endswith(f"/docs/runbooks/{kebab(alert.alert)}.md")
    assert (MONITORING / "dashboards" / f"{alert.dashboard}.json").exists()
    assert alert.severity in {"page", "ticket"}


@pytest.mark.parametrize("name", [*(kebab(alert.alert) for alert in ALERTS), *sorted(INCIDENTS)])
def test_a_runbook_says_meaning_impact_diagnosis_and_mitigation(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text()
    sections = ["Meaning", "Impact", "Diagnosis", "Mitigation"]
    if name in PAGES:
        sections = ["Meaning", "Impact", "Diagnosis", "Decision", "Mitigation", "Way back"]
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == sections


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_runbook_that_somebody_is_woken_for_begins_with_kubeconfig_status_and_rollback(name: str) -> None:
    lines = (RUNBOOKS / f"{name}.md").read_text().splitlines()[2:7]
    assert [line.split("#")[0].strip() for line in lines] == [
        "```sh",
        'eval "$(make kubeconfig ENV=prod)"',
        "python3 -m deploy status --env prod",
        "python3 -m deploy rollback --env prod",
        "```",
    ]


def test_every_runbook_has_an_alert() -> None:
    named = {kebab(alert.alert) for alert in ALERTS}
    assert {path.stem for path in RUNBOOKS.glob("*.md")} - named <= OPERATIONS | INCIDENTS


def test_generated_files_are_fresh() -> None:
    stale = [str(path.relative_to(MONITORING)) for path, text in files().items() if path.read_text() != text]
    assert stale == [], "make monitoring regenerates them"


def test_the_index_leads_to_every_runbook() -> None:
    named = set(re.findall(r"\]\(([\w-]+)\.md\)", (RUNBOOKS / "README.md").read_text()))
    assert named == {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"}
