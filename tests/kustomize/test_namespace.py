"""The namespace enforces what the pods keep to, wherever it is made."""

import pytest

from tests.kustomize.rendering import SOURCE, Manifest, render

LOCAL = SOURCE / "overlays" / "local" / "namespace"
PLATFORM = SOURCE.parent / "platform" / "cluster"


def namespace(environment: str) -> Manifest:
    """Return the Namespace `todo`; `make platform` brings it to dev and prod."""
    folder = LOCAL if environment == "local" else PLATFORM / environment
    if not folder.exists():
        pytest.skip(f"{folder.relative_to(SOURCE.parent)} is not in this tree")
    return render(folder).one("Namespace", "todo")


@pytest.mark.parametrize("environment", ["local", "dev", "prod"])
def test_restricted_is_enforced(environment: str) -> None:
    assert namespace(environment)["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_pod_is_ready_only_when_the_load_balancer_says_so(environment: str) -> None:
    """https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/"""
    assert namespace(environment)["metadata"]["labels"]["elbv2.k8s.aws/pod-readiness-gate-inject"] == "enabled"
