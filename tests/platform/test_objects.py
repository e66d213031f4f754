"""The objects of platform/cluster say what others rely on; tests/kustomize/test_schemas.py holds them to schemas.

The deployer's Role lists exactly the kinds that the overlays render; tests/deploy/test_rights.py has a release.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from environments import with_account
from tests.kustomize.rendering import render
from tests.platform.stage import ROOT

RENDERED = render(ROOT / "platform/cluster")
CLUSTER = RENDERED.objects


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


# The deployer's Role.
WRITE = {"get", "list", "watch", "create", "update", "patch", "delete"}
RULES = RENDERED.one("Role", "deployer")["rules"]
OVERLAYS = sorted(
    file.parent
    for environment in with_account()
    for file in environment.overlay.glob("*/kustomization.yaml")
    if "kind: Component" not in file.read_text()
)


def plural(kind: str) -> str:
    """Name a kind as RBAC does."""
    word = kind.lower()
    if word.endswith("y"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x")) else f"{word}s"


def resources(objects: Iterable[dict[str, Any]]) -> set[tuple[str, str]]:
    """Return (API group, resource) of objects."""
    return {((each["apiVersion"].rpartition("/")[0]), plural(each["kind"])) for each in objects}


def granted(verbs: set[str]) -> set[tuple[str, str]]:
    """Return (API group, resource) of all that may be done to in each of these ways."""
    return {
        (group, resource)
        for rule in RULES
        if verbs <= set(rule["verbs"])
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def test_the_role_writes_exactly_what_the_overlays_render() -> None:
    found = resources(each for overlay in OVERLAYS for each in render(overlay).objects)
    assert granted(WRITE) == found


def test_the_role_cannot_read_secrets_or_give_rights() -> None:
    everything = {resource for rule in RULES for resource in rule["resources"]}
    assert everything.isdisjoint({"secrets", "roles", "rolebindings", "clusterroles", "namespaces", "*"})
    assert all("*" not in rule["verbs"] and "*" not in rule["apiGroups"] for rule in RULES)


def needs() -> list[tuple[str, set[str]]]:
    """Return (resource, verbs) of the table in deploy/README.md; what it says of all kinds is compared above."""
    table = (ROOT / "deploy/README.md").read_text().split("\n| what | verbs |\n")[1].split("\n\n")[0]
    found = []
    for what, verbs in re.findall(r"^\| (.*?) \| (.*?) \|$", table, re.MULTILINE):
        for resource in re.findall(r"(?:^|, )([a-z/]+)(?:\.[\w.]+)?(?=,|$)", what):
            found.append((resource, set(re.findall(r"\w+", verbs)) & WRITE))
    return found


def test_the_role_allows_what_the_release_tools_own_page_asks_for() -> None:
    asked = needs()
    assert ("pods/exec", {"get", "create"}) in asked
    for resource, verbs in asked:
        assert resource in {each for _, each in granted(verbs)}, f"{resource}: {verbs}"


def test_the_plural_of_every_kind_is_the_one_of_the_api() -> None:
    kinds = "Ingress NetworkPolicy ConfigMap PodDisruptionBudget SecretProviderClass"
    assert [plural(kind) for kind in kinds.split()] == [
        "ingresses",
        "networkpolicies",
        "configmaps",
        "poddisruptionbudgets",
        "secretproviderclasses",
    ]


def test_prometheus_is_asked_by_the_one_name_that_the_role_has() -> None:
    (rule,) = RENDERED.one("Role", "prometheus-reader")["rules"]
    assert rule["verbs"] == ["get"]
    asked = json.loads((ROOT / "monitoring/bake.json").read_text())["prometheus"]
    assert f"http:{asked['service']}:{asked['port']}" in rule["resourceNames"]


def test_the_files_of_the_role_are_where_the_comments_say() -> None:
    assert Path(__file__).relative_to(ROOT).as_posix() in (ROOT / "platform/cluster/deployer.yaml").read_text()
