"""releases.yaml and the values of the charts agree with Terraform: names, roles, room."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kustomize.rendering import render
from tests.platform.stage import KEYS, ROOT
from tests.terraform.requirements_of_tests import missing

ENTRIES: list[dict[str, Any]] = yaml.safe_load((ROOT / "platform/releases.yaml").read_text())["releases"]
OURS = [entry for entry in ENTRIES if entry["values"].startswith("platform/")]
WORKLOADS = (ROOT / "terraform/modules/cluster/workloads.tf").read_text()
ROOM = tomllib.loads((ROOT / "terraform/node_room.toml").read_text())


def values(entry: dict[str, Any]) -> dict[str, Any]:
    file = ROOT / entry["values"]
    if not file.exists():
        missing(f"{entry['values']} is not there", "git merge the branch that brings monitoring/")
    loaded: dict[str, Any] = yaml.safe_load(file.read_text())
    return loaded


def service_account(entry: dict[str, Any]) -> dict[str, Any]:
    chart = values(entry)
    found: dict[str, Any] = chart.get("serviceAccount") or chart["rbac"]["serviceAccount"]
    return found


def test_the_load_balancer_controller_comes_first_and_monitoring_before_what_it_watches() -> None:
    order = [
        "aws-load-balancer-controller",
        "kube-prometheus-stack",
        "fluent-bit",
        "external-dns",
        "cluster-autoscaler",
    ]
    assert [entry["name"] for entry in ENTRIES] == order


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry["name"]))
def test_values_ask_only_for_keys_that_terraform_gives(entry: dict[str, Any]) -> None:
    values(entry)
    asked = set(re.findall(r"\$\{([A-Z][A-Z0-9_]*)\}", (ROOT / entry["values"]).read_text()))
    assert asked <= set(KEYS)


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: str(entry["name"]))
def test_the_role_trusts_exactly_the_service_account_of_the_chart(entry: dict[str, Any]) -> None:
    account = service_account(entry)
    trusted = rf'namespace = "{entry["namespace"]}", service_account = "{account["name"]}"'
    assert re.search(trusted, WORKLOADS), f"no role of workloads.tf trusts {entry['namespace']}/{account['name']}"
    assert re.fullmatch(r"\$\{[A-Z_]+_ROLE_ARN\}", account["annotations"]["eks.amazonaws.com/role-arn"])


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: str(entry["name"]))
def test_requests_and_replicas_are_those_that_the_node_was_measured_for(entry: dict[str, Any]) -> None:
    chart, room = values(entry), ROOM[entry["name"]]
    assert chart["resources"]["requests"] == {"cpu": f"{room['cpu']}m", "memory": f"{room['memory']}Mi"}
    assert chart.get("replicaCount", 1) == room["pods"]


# Where the values of the charts of monitoring hold what each part asks for.
PARTS = {
    "prometheus-operator": ("kube-prometheus-stack", "prometheusOperator"),
    "prometheus": ("kube-prometheus-stack", "prometheus prometheusSpec"),
    "alertmanager": ("kube-prometheus-stack", "alertmanager alertmanagerSpec"),
    "grafana": ("kube-prometheus-stack", "grafana"),
    "kube-state-metrics": ("kube-prometheus-stack", "kube-state-metrics"),
    "node-exporter": ("kube-prometheus-stack", "prometheus-node-exporter"),
    "fluent-bit": ("fluent-bit", ""),
}


@pytest.mark.parametrize("part", PARTS)
def test_monitoring_asks_for_what_the_node_was_measured_for(part: str) -> None:
    release, path = PARTS[part]
    place = values(next(entry for entry in ENTRIES if entry["name"] == release))
    for key in path.split():
        place = place[key]
    room = ROOM[part]
    assert place["resources"]["requests"] == {"cpu": f"{room['cpu']}m", "memory": f"{room['memory']}Mi"}


def test_the_controller_is_what_the_release_relies_on() -> None:
    chart = values(ENTRIES[0])
    assert chart["replicaCount"] == 2
    assert chart["enableServiceMutatorWebhook"] is False
    assert chart["targetgroupbindingMaxExponentialBackoffDelay"] == "10s"
    assert chart["region"], chart["vpcId"]


def test_every_namespace_of_a_release_is_made_before_it() -> None:
    made = {each["metadata"]["name"] for each in render(ROOT / "platform/cluster").all("Namespace")}
    assert {entry["namespace"] for entry in ENTRIES} <= made | {"kube-system"}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"version": "^3.5.0"}, "not exactly one version"),
        ({"version": "latest"}, "not exactly one version"),
        ({"digest": "sha256:45051f"}, "digest is not the sha256"),
        ({"chart": "x"}, "chart is unknown"),
        ({"digest": None}, "digest is missing"),
    ],
)
def test_a_release_that_could_move_is_refused(change: dict[str, Any], refusal: str, tmp_path: Path) -> None:
    from installer.releases import ReleasesError, load  # noqa: PLC0415 (platform/ comes into the path with conftest)

    entry = {name: value for name, value in (ENTRIES[0] | change).items() if value is not None}
    file = tmp_path / "releases.yaml"
    file.write_text(yaml.safe_dump({"releases": [entry]}))
    with pytest.raises(ReleasesError, match=refusal):
        load(file)
