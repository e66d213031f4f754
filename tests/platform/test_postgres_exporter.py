"""The postgres exporter: on Fargate, let in by the database, and with no more secrets than it needs."""

import re
from typing import Any

import pytest

from cost import usage
from environments import with_account
from tests.kustomize.pod_policies import FARGATE, PODS, Policy
from tests.kustomize.rendering import PARTS, SOURCE, pods, render, taken
from tests.platform.stage import NAMES, ROOT, SAMPLE

NAME = "postgres-exporter"
# With kubectl as in the tests of kustomize/; each rendering takes a fifth of a second.
EXPORTER = render(ROOT / "platform/options" / NAME)
TAKEN = [each.name for each in with_account() if NAME in each.folders("platform", "options")]
CLUSTER, SHARED = render(ROOT / "platform/cluster"), render(SOURCE / "overlays" / SAMPLE / "shared")
TEMPLATE = EXPORTER.one("Deployment", NAME)["spec"]["template"]
(CONTAINER,) = TEMPLATE["spec"]["containers"]


def labels() -> dict[str, str]:
    found: dict[str, str] = TEMPLATE["metadata"]["labels"]
    return found


def volume(name: str) -> Any:
    return next(each for each in TEMPLATE["spec"]["volumes"] if each["name"] == name)


@pytest.mark.parametrize("environment", NAMES)
def test_an_environment_that_takes_it_pays_for_it(environment: str) -> None:
    priced = {pod.name: pod for pod in usage.load(environment).pods}
    assert ("postgres exporter" in priced) == (environment in TAKEN)
    if billed := priced.get("postgres exporter"):
        asked = CONTAINER["resources"]["requests"]
        assert (asked["cpu"], asked["memory"]) == (f"{billed.cpu * 1000:g}m", f"{billed.memory_mb}Mi")


@pytest.mark.parametrize("policy", [*PODS, *FARGATE], ids=lambda policy: policy.rule)
def test_it_keeps_the_rules_of_every_pod(policy: Policy) -> None:
    assert list(policy.violations(EXPORTER.objects)) == []


def test_the_database_lets_it_in_and_prometheus_reaches_it() -> None:
    policy = CLUSTER.one("SecurityGroupPolicy")
    assert policy["metadata"]["namespace"] == EXPORTER.one("Deployment", NAME)["metadata"]["namespace"] == "service"
    assert taken(labels(), policy["spec"]["podSelector"]["matchLabels"])
    monitor = EXPORTER.one("PodMonitor", NAME)["spec"]
    assert taken(labels(), monitor["selector"]["matchLabels"])
    assert labels()[monitor["jobLabel"]] == "postgres", "alerts and dashboard ask for job postgres"
    (port,) = [each for each in CONTAINER["ports"] if each["name"] == monitor["podMetricsEndpoints"][0]["port"]]
    rules = (ROOT / "terraform/modules/cluster/app_traffic.tf").read_text()
    assert re.search(rf"port = {port['containerPort']}\b", rules)


def test_nothing_of_the_application_selects_it() -> None:
    ours = [render(SOURCE / "overlays" / SAMPLE / part) for part in PARTS]
    services = [each for rendering in ours for each in rendering.all("Service")]
    assert services
    assert not [each for each in services if taken(labels(), each["spec"]["selector"])]
    assert NAME not in {name for rendering in ours for name, _ in pods(rendering.objects)}


def test_it_logs_in_as_the_application_with_the_files_of_its_secret_and_without_the_keys_of_tokens() -> None:
    told = {each["name"]: each["value"] for each in CONTAINER["env"]}
    mounted = {each["name"]: each["mountPath"] for each in CONTAINER["volumeMounts"]}
    secret = volume("secrets")["secret"]
    files = [f"{mounted['secrets']}/{item['path']}" for item in secret["items"]]
    assert [told["DATA_SOURCE_USER_FILE"], told["DATA_SOURCE_PASS_FILE"]] == files
    made = {
        each["secretName"]: {item["key"] for item in each["data"]}
        for provided in SHARED.all("SecretProviderClass")
        for each in provided["spec"]["secretObjects"]
    }
    assert {item["key"] for item in secret["items"]} <= made[secret["secretName"]]


def test_it_checks_the_certificate_of_the_database() -> None:
    uri = next(each["value"] for each in CONTAINER["env"] if each["name"] == "DATA_SOURCE_URI")
    authorities = SHARED.one("ConfigMap", volume("database-ca")["configMap"]["name"])
    (mount,) = [each["mountPath"] for each in CONTAINER["volumeMounts"] if each["name"] == "database-ca"]
    (file,) = authorities["data"]
    assert uri == "${DB_HOST}:${DB_PORT}/${DB_NAME}?sslmode=verify-full&sslrootcert=" + f"{mount}/{file}"


def test_a_password_that_rotated_is_read_before_anybody_is_paged() -> None:
    """It reads its files at the start alone: the alert's window is longer than the probe waits."""
    probe = CONTAINER["livenessProbe"]
    waits = probe["initialDelaySeconds"] + probe["periodSeconds"] * (probe["failureThreshold"] + 1)
    alert = (ROOT / "monitoring/alerts/database.yaml").read_text()
    found = re.search(r'max_over_time\(pg_up\{job="postgres"\}\[(\d+)m\]\) == 0', alert)
    assert found
    assert waits < int(found[1]) * 60
