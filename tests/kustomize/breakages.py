"""Manifests that break the rules, one at least for each rule: each is a rendering with one change."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.kustomize.rendering import Manifest, pod_of


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


class Breakage(NamedTuple):
    """A change of the first object of a kind in a part of prod, and a word of the sentence that must follow."""

    rule: str
    part: str
    kind: str
    change: Change
    word: str


HOST_PATH = {"name": "host", "hostPath": {"path": "/"}}
CSI = {"name": "secrets", "csi": {"driver": "secrets-store.csi.k8s.io"}}

BREAKAGES = [
    Breakage(
        "every pod is restricted",
        "blue",
        "Deployment",
        lambda it: security(it).pop("allowPrivilegeEscalation"),
        "allowPriv",
    ),
    Breakage(
        "every pod is restricted", "blue", "Deployment", lambda it: security(it).update(privileged=True), "privileged"
    ),
    Breakage(
        "every pod is restricted", "blue", "Deployment", lambda it: security(it)["capabilities"].clear(), "capabilities"
    ),
    Breakage("every pod is restricted", "blue", "Deployment", lambda it: security(it).update(runAsUser=0), "runAsUser"),
    Breakage(
        "every pod is restricted", "blue", "Deployment", lambda it: pod(it)["securityContext"].clear(), "seccompProfile"
    ),
    Breakage(
        "every pod is restricted", "blue", "Deployment", lambda it: pod(it).update(hostNetwork=True), "hostNetwork"
    ),
    Breakage("every pod is restricted", "migrate", "Job", lambda it: pod(it)["volumes"].append(HOST_PATH), "hostPath"),
    Breakage("every pod is restricted", "prune", "CronJob", lambda it: pod(it).pop("securityContext"), "runAsNonRoot"),
    Breakage(
        "no container writes to its root",
        "prune",
        "CronJob",
        lambda it: security(it).pop("readOnlyRootFilesystem"),
        "prune",
    ),
    Breakage(
        "no pod has a token", "shared", "Deployment", lambda it: pod(it).pop("automountServiceAccountToken"), "mirror"
    ),
    Breakage(
        "no Service becomes a variable", "blue", "Deployment", lambda it: pod(it).pop("enableServiceLinks"), "web-blue"
    ),
    Breakage(
        "every container is bounded",
        "blue",
        "Deployment",
        lambda it: container(it)["resources"].pop("limits"),
        "memory",
    ),
    Breakage(
        "an image is a digest, or not set",
        "blue",
        "Deployment",
        lambda it: container(it).update(image="service:latest"),
        "latest",
    ),
    Breakage(
        "an autoscaler owns the replicas, or the Deployment does",
        "blue",
        "Deployment",
        lambda it: it["spec"].update(replicas=2),
        "2",
    ),
    Breakage(
        "what serves is asked whether it lives by /healthz and whether it is ready by /readyz",
        "blue",
        "Deployment",
        lambda it: container(it)["livenessProbe"]["httpGet"].update(path="/readyz"),
        "livenessProbe",
    ),
    Breakage(
        "what serves is asked whether it lives by /healthz and whether it is ready by /readyz",
        "blue",
        "Deployment",
        lambda it: container(it).pop("readinessProbe"),
        "readinessProbe",
    ),
    Breakage(
        "a Job ends, is removed, and is not repeated",
        "migrate",
        "Job",
        lambda it: it["spec"].pop("ttlSecondsAfterFinished"),
        "ttl",
    ),
    Breakage(
        "a Job ends, is removed, and is not repeated",
        "migrate",
        "Job",
        lambda it: it["spec"].update(backoffLimit=6),
        "backoffLimit",
    ),
    Breakage(
        "a budget always lets one pod go",
        "blue",
        "PodDisruptionBudget",
        lambda it: it.update(spec={"minAvailable": "100%"}),
        "maxUnavailable",
    ),
    Breakage(
        "no pod with a CSI, host or network volume is labelled for Fargate",
        "blue",
        "Deployment",
        lambda it: pod(it).update(volumes=[CSI]),
        "csi",
    ),
    Breakage(
        "no pod with a CSI, host or network volume is labelled for Fargate",
        "shared",
        "Deployment",
        lambda it: labels(it).update({"service/compute": "fargate"}),
        "csi",
    ),
    Breakage(
        "no pod on Fargate chooses its place", "blue", "Deployment", lambda it: pod(it).update(affinity={}), "affinity"
    ),
    Breakage(
        "no pod on Fargate asks for privilege",
        "blue",
        "Deployment",
        lambda it: security(it)["capabilities"].update(add=["NET_ADMIN"]),
        "web",
    ),
    Breakage(
        "no pod on Fargate takes the kubelet's port or the host's",
        "blue",
        "Deployment",
        lambda it: container(it)["ports"].append({"containerPort": 10250}),
        "10250",
    ),
    Breakage(
        "requests are limits on Fargate",
        "blue",
        "Deployment",
        lambda it: container(it)["resources"]["limits"].update(cpu="1"),
        "web",
    ),
    Breakage("there is no DaemonSet", "shared", "Deployment", lambda it: it.update(kind="DaemonSet"), "DaemonSet"),
    Breakage(
        "who speaks to AWS is told the region",
        "blue",
        "ConfigMap",
        lambda it: it["data"].pop("AWS_REGION"),
        "AWS_REGION",
    ),
    Breakage(
        "every object and every pod carries the labels",
        "blue",
        "Deployment",
        lambda it: labels(it).pop("service/environment"),
        "pod: no label service/environment",
    ),
    Breakage(
        "every object and every pod carries the labels",
        "blue",
        "ConfigMap",
        lambda it: it["metadata"]["labels"].update({"app.kubernetes.io/component": "wep"}),
        "wep",
    ),
    Breakage(
        "the load balancer carries the tags of the account",
        "traffic-blue",
        "Ingress",
        lambda it: it["metadata"].pop("annotations"),
        "tags",
    ),
    Breakage(
        "everything is in one namespace", "shared", "Service", lambda it: it["metadata"].pop("namespace"), "namespace"
    ),
    Breakage("no Secret is rendered", "blue", "ConfigMap", lambda it: it.update(kind="Secret"), "Secret"),
]
