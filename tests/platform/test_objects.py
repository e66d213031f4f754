"""The objects of platform/cluster say what others rely on; tests/kustomize/test_schemas.py holds them to schemas."""

import re
from typing import Any

from tests.kustomize.rendering import render
from tests.platform.stage import ROOT

CLUSTER = render(ROOT / "platform/cluster").objects


def named(kind: str, name: str) -> dict[str, Any]:
    return next(each for each in CLUSTER if each["kind"] == kind and each["metadata"]["name"] == name)


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


# https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
PLUGINS = {
    "FILTER": {"grep", "parser", "record_modifier", "rewrite_tag", "throttle", "nest", "modify", "kubernetes"},
    "OUTPUT": {"es", "firehose", "kinesis_firehose", "cloudwatch", "cloudwatch_logs", "kinesis"},
}


def test_fargates_log_router_takes_its_configuration() -> None:
    """Small enough, and in each file sections of its kind with plugins that it knows."""
    assert named("Namespace", "aws-observability")["metadata"]["labels"]["aws-observability"] == "enabled"
    data = named("ConfigMap", "aws-logging")["data"]
    assert set(data) <= {"flb_log_cw", "filters.conf", "output.conf", "parsers.conf"}
    assert sum(len(key) + len(text) for key, text in data.items()) <= 5300
    for file, kind in (("filters.conf", "FILTER"), ("output.conf", "OUTPUT"), ("parsers.conf", "PARSER")):
        sections = re.findall(r"^\[(\w+)\]\n\s+Name (\w+)", data[file], re.MULTILINE)
        assert len(sections) == len(re.findall(r"^\[", data[file], re.MULTILINE))
        assert {found for found, _ in sections} == {kind}
        assert {plugin for _, plugin in sections} <= PLUGINS.get(kind, {plugin for _, plugin in sections})
