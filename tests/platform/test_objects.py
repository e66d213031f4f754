"""The objects of platform/cluster: valid, and saying what others rely on."""

from typing import Any

import kubernetes_validate
import pytest

from tests.platform.objects import rendered

CLUSTER = rendered("platform/cluster")
KUBERNETES = ["1.35", "1.36"]  # what EKS supports in standard support


def named(kind: str, name: str, objects: list[dict[str, Any]] = CLUSTER) -> dict[str, Any]:
    return next(each for each in objects if each["kind"] == kind and each["metadata"]["name"] == name)


@pytest.mark.parametrize("version", KUBERNETES)
def test_every_object_is_one_that_kubernetes_knows(version: str) -> None:
    for each in CLUSTER:
        if each["kind"] != "SecurityGroupPolicy":  # AWS's own: tests/kustomize/test_schemas.py
            kubernetes_validate.validate(each, version, strict=True)


def test_an_object_with_an_unknown_field_would_be_found() -> None:
    broken = named("Namespace", "service") | {"lables": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, KUBERNETES[0], strict=True)


def test_pods_of_the_application_are_restricted_and_wait_for_the_load_balancer() -> None:
    labels = named("Namespace", "service")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["elbv2.k8s.aws/pod-readiness-gate-inject"] == "enabled"


def test_every_namespace_says_how_much_its_pods_may() -> None:
    for each in CLUSTER:
        if each["kind"] == "Namespace":
            assert "pod-security.kubernetes.io/enforce" in each["metadata"]["labels"], each["metadata"]["name"]


def test_only_what_reads_the_node_is_privileged() -> None:
    privileged = {
        each["metadata"]["name"]
        for each in CLUSTER
        if each["kind"] == "Namespace"
        and each["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "privileged"
    }
    assert privileged == {"monitoring", "logging"}


def test_fargates_log_router_gets_only_what_it_accepts() -> None:
    assert named("Namespace", "aws-observability")["metadata"]["labels"]["aws-observability"] == "enabled"
    data = named("ConfigMap", "aws-logging")["data"]
    assert set(data) <= {"flb_log_cw", "filters.conf", "output.conf", "parsers.conf"}
    assert sum(len(text) for text in data.values()) <= 5300
    for file, section in (("filters.conf", "[FILTER]"), ("output.conf", "[OUTPUT]"), ("parsers.conf", "[PARSER]")):
        headings = [line for line in data[file].splitlines() if line.startswith("[")]
        assert set(headings) == {section}
