"""Every rendering keeps every rule, and every rule finds a manifest that breaks it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.kustomize.conftest import Renderings
from tests.kustomize.object_policies import POLICIES
from tests.kustomize.pod_policies import Policy
from tests.kustomize.rendering import SAMPLE, Manifest, pod_of

BY_RULE = {policy.rule: policy for policy in POLICIES}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.rule)
def test_every_rendering_keeps_the_rule(renderings: Renderings, policy: Policy) -> None:
    broken = {
        "/".join(key): found for key, each in renderings.items() if (found := list(policy.violations(each.objects)))
    }
    assert broken == {}, f"{policy.rule}, because {policy.reason}"


def pod(manifest: Manifest) -> Manifest:
    template = pod_of(manifest)
    assert template
    spec: Manifest = template["spec"]
    return spec


def container(manifest: Manifest) -> Manifest:
    first: Manifest = pod(manifest)["containers"][0]
    return first


def security(manifest: Manifest) -> Manifest:
    context: Manifest = container(manifest)["securityContext"]
    return context


def labels(manifest: Manifest) -> Manifest:
    template = pod_of(manifest)
    assert template
    own: Manifest = template["metadata"]["labels"]
    return own


Change = Callable[[Manifest], Any]
Where = tuple[str, str]  # part of prod, and kind: the first object of it is changed

HOST_PATH = {"name": "host", "hostPath": {"path": "/"}}
CSI = {"name": "secrets", "csi": {"driver": "secrets-store.csi.k8s.io"}}
BLUE, CONFIGURATION, MIRROR = ("blue", "Deployment"), ("blue", "ConfigMap"), ("shared", "Deployment")
MIGRATE, PRUNE = ("migrate", "Job"), ("prune", "CronJob")

# By rule: where, the change, and a word of the sentence that must follow.
BREAKAGES: dict[str, list[tuple[Where, Change, str]]] = {
    "every pod is restricted": [
        (BLUE, lambda it: security(it).pop("allowPrivilegeEscalation"), "allowPriv"),
        (BLUE, lambda it: security(it).update(privileged=True), "privileged"),
        (BLUE, lambda it: security(it)["capabilities"].clear(), "capabilities"),
        (BLUE, lambda it: security(it)["capabilities"].update(add=["NET_BIND_SERVICE"]), "capabilities"),
        (BLUE, lambda it: security(it).update(runAsUser=0), "runAsUser"),
        (BLUE, lambda it: pod(it)["securityContext"].clear(), "seccompProfile"),
        (BLUE, lambda it: pod(it).update(hostNetwork=True), "hostNetwork"),
        (MIGRATE, lambda it: pod(it)["volumes"].append(HOST_PATH), "hostPath"),
        (PRUNE, lambda it: pod(it).pop("securityContext"), "runAsNonRoot"),
    ],
    "no container writes to its root": [(PRUNE, lambda it: security(it).pop("readOnlyRootFilesystem"), "prune")],
    "no pod has a token": [(MIRROR, lambda it: pod(it).pop("automountServiceAccountToken"), "mirror")],
    "no Service becomes a variable": [(BLUE, lambda it: pod(it).pop("enableServiceLinks"), "web-blue")],
    "every container is bounded": [(BLUE, lambda it: container(it)["resources"].pop("limits"), "memory")],
    "an image is a digest, or not set": [(BLUE, lambda it: container(it).update(image="service:latest"), "latest")],
    "an autoscaler owns the replicas, or the Deployment does": [(BLUE, lambda it: it["spec"].update(replicas=2), "2")],
    "what serves is asked whether it lives by /healthz and whether it is ready by /readyz": [
        (BLUE, lambda it: container(it)["livenessProbe"]["httpGet"].update(path="/readyz"), "livenessProbe"),
        (BLUE, lambda it: container(it).pop("readinessProbe"), "readinessProbe"),
    ],
    "a Job ends, is removed, and is not repeated": [
        (MIGRATE, lambda it: it["spec"].pop("ttlSecondsAfterFinished"), "ttl"),
        (MIGRATE, lambda it: it["spec"].update(backoffLimit=6), "backoffLimit"),
    ],
    "a budget always lets one pod go": [
        (("blue", "PodDisruptionBudget"), lambda it: it.update(spec={"minAvailable": "100%"}), "maxUnavailable"),
    ],
    "no pod with a CSI, host or network volume is labelled for Fargate": [
        (BLUE, lambda it: pod(it).update(volumes=[CSI]), "csi"),
        (MIRROR, lambda it: labels(it).update({"service/compute": "fargate"}), "csi"),
    ],
    "no pod on Fargate chooses its place": [(BLUE, lambda it: pod(it).update(affinity={}), "affinity")],
    "no pod on Fargate takes the kubelet's port or the host's": [
        (BLUE, lambda it: container(it)["ports"].append({"containerPort": 10250}), "10250"),
    ],
    "requests are limits on Fargate": [(BLUE, lambda it: container(it)["resources"]["limits"].update(cpu="1"), "web")],
    "there is no DaemonSet": [(MIRROR, lambda it: it.update(kind="DaemonSet"), "DaemonSet")],
    "who speaks to AWS is told the region": [(CONFIGURATION, lambda it: it["data"].pop("AWS_REGION"), "AWS_REGION")],
    "every object and every pod carries the labels": [
        (BLUE, lambda it: labels(it).pop("service/environment"), "pod: no label service/environment"),
        (CONFIGURATION, lambda it: it["metadata"]["labels"].update({"app.kubernetes.io/component": "wep"}), "wep"),
    ],
    "the load balancer carries the tags of the account": [
        (("traffic-blue", "Ingress"), lambda it: it["metadata"].pop("annotations"), "tags"),
    ],
    "everything is in one namespace": [
        (("shared", "Service"), lambda it: it["metadata"].pop("namespace"), "namespace"),
    ],
    "no Secret is rendered": [(CONFIGURATION, lambda it: it.update(kind="Secret"), "Secret")],
}


@pytest.mark.parametrize(("rule", "breakage"), [(rule, each) for rule, listed in BREAKAGES.items() for each in listed])
def test_a_broken_manifest_is_found(renderings: Renderings, rule: str, breakage: tuple[Where, Change, str]) -> None:
    (part, kind), change, word = breakage
    objects = copy.deepcopy(renderings[SAMPLE, part].objects)
    change(next(manifest for manifest in objects if manifest["kind"] == kind))
    assert word in " ".join(BY_RULE[rule].violations(objects))


def test_no_rule_is_without_a_manifest_that_breaks_it() -> None:
    assert set(BREAKAGES) == set(BY_RULE)
