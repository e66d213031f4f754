"""The deployer's Role lists exactly the kinds that the overlays render, and what the release tool calls."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from environments import with_account
from tests.platform.objects import rendered
from tests.platform.stage import ROOT
from tests.terraform.requirements_of_tests import missing

# All of it takes more than two seconds.
pytestmark = pytest.mark.slow

WRITE = {"get", "list", "watch", "create", "update", "patch", "delete"}
RULES = next(each for each in rendered("platform/cluster") if each["metadata"]["name"] == "deployer")["rules"]
OVERLAYS = sorted(
    file.parent
    for environment in with_account()
    for file in environment.overlay.glob("*/kustomization.yaml")
    if "kind: Component" not in file.read_text()
)

# kubectl's own word → the verbs that the API server asks for. Ours, for what deploy/ calls; `objects` is a get.
VERBS = {
    "get": {"get", "list"},
    "apply": {"get", "create", "patch"},
    "create": {"create"},
    "replace": {"get", "update"},
    "patch": {"get", "patch"},
    "scale": {"get", "patch"},
    "delete": {"get", "delete"},
    "logs": {"get"},
    "exec": {"get", "create"},
}


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
    if not OVERLAYS:
        missing("kustomize/overlays is not there", "git merge the branch that brings the manifests")
    found = resources(each for overlay in OVERLAYS for each in rendered(overlay))
    assert granted(WRITE) == found


def test_every_rendered_object_is_in_the_namespace_of_the_role() -> None:
    for overlay in OVERLAYS:
        for each in rendered(overlay):
            assert each["metadata"].get("namespace") == "service", (
                f"{overlay}: {each['kind']} {each['metadata']['name']}"
            )


def test_the_role_cannot_read_secrets_or_give_rights() -> None:
    everything = {resource for rule in RULES for resource in rule["resources"]}
    assert everything.isdisjoint({"secrets", "roles", "rolebindings", "clusterroles", "namespaces", "*"})
    assert all("*" not in rule["verbs"] and "*" not in rule["apiGroups"] for rule in RULES)


def source() -> str:
    files = sorted((ROOT / "deploy").glob("*.py"))
    if not files:
        missing("deploy/ is not there", "git merge the branch that brings the release tool")
    return "".join(file.read_text() for file in files)


def test_every_word_that_the_release_tool_gives_kubectl_is_known_here() -> None:
    used = set(re.findall(r'\.(?:change|read)\(\s*"([a-z-]+)"', source()))
    assert used <= set(VERBS), "say below which rights the new word needs"


@pytest.mark.parametrize(
    ("group", "resource", "words"),
    [
        ("coordination.k8s.io", "leases", ["get", "create", "replace"]),  # the lock
        ("", "configmaps", ["apply", "delete"]),  # the journal, and what old colours leave
        ("", "pods", ["get", "delete"]),  # a pod without its readiness gate
        ("", "pods/exec", ["exec"]),  # deep readiness of a pod, and the synthetic user's token
        ("", "pods/log", ["logs"]),
        ("", "events", ["get"]),
        ("", "services/proxy", ["logs"]),  # get --raw
        ("apps", "deployments/scale", ["scale"]),
        ("autoscaling", "horizontalpodautoscalers", ["patch"]),
        ("batch", "jobs", ["apply", "delete"]),
        ("discovery.k8s.io", "endpointslices", ["get"]),
        ("elbv2.k8s.aws", "targetgroupbindings", ["get"]),
        ("networking.k8s.io", "ingresses", ["apply"]),
    ],
)
def test_the_role_allows_what_the_release_tool_does(group: str, resource: str, words: list[str]) -> None:
    needed = set().union(*(VERBS[word] for word in words))
    assert (group, resource) in granted(needed)


def needs() -> list[tuple[str, set[str]]]:
    """Return (resource, verbs) of the table in deploy/README.md; what it says of all kinds is compared above."""
    file = ROOT / "deploy/README.md"
    if not file.exists():
        missing("deploy/ is not there", "git merge the branch that brings the release tool")
    table = file.read_text().split("\n| what | verbs |\n")[1].split("\n\n")[0]
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
    role = next(each for each in rendered("platform/cluster") if each["metadata"]["name"] == "prometheus-reader")
    (rule,) = role["rules"]
    assert rule["verbs"] == ["get"]
    asked = json.loads((ROOT / "monitoring/bake.json").read_text())["prometheus"]
    assert f"http:{asked['service']}:{asked['port']}" in rule["resourceNames"]


def test_the_files_of_the_role_are_where_the_comments_say() -> None:
    assert Path(__file__).relative_to(ROOT).as_posix() in (ROOT / "platform/cluster/deployer.yaml").read_text()
