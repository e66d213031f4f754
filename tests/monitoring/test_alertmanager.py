"""Alerts reach receivers by severity and environment."""

import re
from pathlib import Path

import pytest
import yaml

from environments import with_account
from tests.monitoring.tools import MONITORING, run

CONFIGURATION = MONITORING / "alertmanager" / "alertmanager.yaml"


PAGING = [each.name for each in with_account() if each.pages]
QUIET = [each.name for each in with_account() if not each.pages]
# An alert of an environment that nobody has listed wakes somebody: better than that it is told to nobody.
HEARD = [*PAGING, "unknown"]


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration; for an amtool older than 0.26, which does not know url_file, with an address instead."""
    version = run("amtool", "--version")
    if int(re.findall(r"version \d+\.(\d+)", version.stdout + version.stderr)[0]) >= 26:
        return CONFIGURATION
    copy = tmp_path_factory.mktemp("alertmanager") / CONFIGURATION.name
    copy.write_text(re.sub(r"url_file: .*", "url: https://example.test", CONFIGURATION.read_text()))
    return copy


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        *((["severity=page", f"environment={name}", "service=service"], "pager") for name in HEARD),
        *((["severity=ticket", f"environment={name}", "service=service"], "tickets") for name in HEARD),
        *((["severity=critical", f"environment={name}", "alertname=KubeAPIDown"], "tickets") for name in HEARD),
        *((["severity=warning", f"environment={name}"], "tickets") for name in HEARD),
        *((["severity=info", f"environment={name}"], "nobody") for name in HEARD),
        *((["severity=page", f"environment={name}", "service=service"], "nobody") for name in QUIET),
        (["severity=page", "service=service"], "pager"),
        *((["alertname=InfoInhibitor", "severity=none", f"environment={name}"], "nobody") for name in HEARD),
        *(
            (["alertname=Watchdog", "severity=none", f"environment={name}"], "dead-mans-switch")
            for name in HEARD + QUIET
        ),
    ],
)
def test_an_alert_reaches(labels: list[str], receiver: str, configuration: Path) -> None:
    done = run("amtool", "config", "routes", "test", f"--config.file={configuration}", *labels)
    assert done.stdout.strip() == receiver, done.stderr


def test_alertmanager_takes_the_configuration(configuration: Path) -> None:
    done = run("amtool", "check-config", configuration)
    assert done.returncode == 0, done.stderr


def test_no_secret_is_in_the_configuration() -> None:
    text = CONFIGURATION.read_text()
    assert "routing_key:" not in text
    assert "credentials:" not in text
    assert "url:" not in text


def test_cloudwatch_s_alarms_are_to_be_mailed_to_the_service_of_the_tickets() -> None:
    """Where the address is asked for and where it is explained, the key is that of the receiver of tickets."""
    receivers = {each["name"]: each for each in yaml.safe_load(CONFIGURATION.read_text())["receivers"]}
    key = Path(receivers["tickets"]["pagerduty_configs"][0]["routing_key_file"]).name
    assert f"`{key}`. It shows an address" in (MONITORING / "README.md").read_text()
    for each in with_account():
        example = (MONITORING.parent / "terraform/envs" / each.name / "terraform.tfvars.example").read_text()
        assert re.search(rf"whose key is {key}:.*\n(  #.*\n)*  email_addresses = ", example), each.name
