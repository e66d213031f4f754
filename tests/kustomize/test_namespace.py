"""The namespace enforces what the pods keep to, wherever it is made."""

import pytest

from tests.kustomize.rendering import AWS, ENVIRONMENTS, SOURCE, Manifest, render


def namespace(environment: str) -> Manifest:
    """Return the Namespace `service`; `make platform` brings it where there is an account."""
    folder = (
        SOURCE.parent / "platform/cluster" if environment in AWS else SOURCE / "overlays" / environment / "namespace"
    )
    return render(folder).one("Namespace", "service")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_restricted_is_enforced(environment: str) -> None:
    assert namespace(environment)["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("environment", AWS)
def test_a_pod_is_ready_only_when_the_load_balancer_says_so(environment: str) -> None:
    """https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/"""
    assert namespace(environment)["metadata"]["labels"]["elbv2.k8s.aws/pod-readiness-gate-inject"] == "enabled"
