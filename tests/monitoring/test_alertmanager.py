"""Who is told what: routes by severity and environment."""

import pytest

from tests.monitoring.tools import MONITORING, run

CONFIGURATION = MONITORING / "alertmanager" / "alertmanager.yaml"


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (["severity=page", "environment=prod", "service=todo"], "pager"),
        (["severity=ticket", "environment=prod", "service=todo"], "tickets"),
        (["severity=critical", "environment=prod", "alertname=KubeAPIDown"], "tickets"),
        (["severity=warning", "environment=prod"], "tickets"),
        (["severity=page", "environment=dev", "service=todo"], "nobody"),
        (["severity=info", "environment=prod"], "nobody"),
        (["alertname=InfoInhibitor", "severity=none", "environment=prod"], "nobody"),
        (["alertname=Watchdog", "severity=none", "environment=prod"], "dead-mans-switch"),
        (["alertname=Watchdog", "severity=none", "environment=dev"], "dead-mans-switch"),
    ],
)
def test_an_alert_reaches(labels: list[str], receiver: str) -> None:
    done = run("amtool", "config", "routes", "test", f"--config.file={CONFIGURATION}", *labels)
    assert done.stdout.strip() == receiver, done.stderr


def test_alertmanager_takes_the_configuration() -> None:
    done = run("amtool", "check-config", CONFIGURATION)
    assert done.returncode == 0, done.stderr


def test_no_secret_is_in_the_configuration() -> None:
    text = CONFIGURATION.read_text()
    assert "routing_key:" not in text
    assert "credentials:" not in text
