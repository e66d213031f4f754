"""Rules for every pod: Pod Security "restricted", which the namespace enforces, this repository's own, and Fargate's.

A pod that asks for a feature that Fargate lacks stays Pending, or is refused.
https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
https://docs.aws.amazon.com/eks/latest/userguide/fargate.html
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.kustomize.rendering import Manifest, called, containers, pods

Objects = tuple[Manifest, ...]


class Policy(NamedTuple):
    """`violations` yields one sentence for each object of a rendering that breaks the rule."""

    rule: str
    reason: str
    violations: Callable[[Objects], Iterator[str]]


VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def restricted(objects: Objects) -> Iterator[str]:
    for name, template in pods(objects):
        spec = template["spec"]
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            if spec.get(key):
                yield f"{name}: {key}"
        for volume in spec.get("volumes", []):
            if kinds := set(volume) - {"name"} - VOLUMES:
                yield f"{name}: volume {volume['name']} is a {kinds.pop()}"
        for container in containers(template):
            for what in of_container(spec.get("securityContext", {}), container):
                yield f"{name}, container {container['name']}: {what}"


def of_container(of_pod: Manifest, container: Manifest) -> Iterator[str]:
    own = container.get("securityContext", {})
    effective = {**of_pod, **own}
    if own.get("privileged"):
        yield "privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    if effective.get("runAsNonRoot") is not True:
        yield "runAsNonRoot is not true"
    if effective.get("runAsUser") == 0:
        yield "runAsUser is 0"
    if effective.get("seccompProfile", {}).get("type") not in {"RuntimeDefault", "Localhost"}:
        yield "seccompProfile is neither RuntimeDefault nor Localhost"
    capabilities = own.get("capabilities", {})
    # The standard allows NET_BIND_SERVICE; Fargate refuses a pod that adds any.
    if capabilities.get("drop") != ["ALL"] or capabilities.get("add"):
        yield "capabilities are not dropped"
    if any("hostPort" in port for port in container.get("ports", [])):
        yield "hostPort"


def writable_root(objects: Objects) -> Iterator[str]:
    for name, template in pods(objects):
        for container in containers(template):
            if container.get("securityContext", {}).get("readOnlyRootFilesystem") is not True:
                yield f"{name}, container {container['name']}: readOnlyRootFilesystem is not true"


def token(objects: Objects) -> Iterator[str]:
    for name, template in pods(objects):
        if template["spec"].get("automountServiceAccountToken") is not False:
            yield f"{name}: automountServiceAccountToken is not false"


def service_links(objects: Objects) -> Iterator[str]:
    for name, template in pods(objects):
        if template["spec"].get("enableServiceLinks") is not False:
            yield f"{name}: enableServiceLinks is not false"


def bounds(objects: Objects) -> Iterator[str]:
    for name, template in pods(objects):
        for container in containers(template):
            resources = container.get("resources", {})
            for what in ("cpu", "memory"):
                if any(what not in resources.get(which, {}) for which in ("requests", "limits")):
                    yield f"{name}, container {container['name']}: no request or no limit of {what}"


def image(objects: Objects) -> Iterator[str]:
    for name, template in pods(objects):
        for container in containers(template):
            if container["image"] != "image-not-set" and "@sha256:" not in container["image"]:
                yield f"{name}, container {container['name']}: {container['image']} has no digest"


PODS = (
    Policy("every pod is restricted", "the namespace refuses any other (Pod Security Admission)", restricted),
    Policy(
        "no container writes to its root", "what breaks in cannot stay; what is written is lost anyway", writable_root
    ),
    Policy("no pod has a token", "nobody here asks the Kubernetes API; IRSA brings a token of its own", token),
    Policy("no Service becomes a variable", "a Service named web would set WEB_PORT in every pod", service_links),
    Policy("every container is bounded", "the scheduler, the autoscaler and Fargate's sizes need it", bounds),
    Policy("an image is a digest, or not set", "a tag may be another image tomorrow, latest always is", image),
)

LABEL = ("service/compute", "fargate")
FARGATE_VOLUMES = {"configMap", "downwardAPI", "emptyDir", "projected", "secret"}
PLACED = ("affinity", "topologySpreadConstraints", "nodeSelector", "nodeName", "tolerations", "priorityClassName")
KUBELET_PORT = 10250


def on_fargate(objects: Objects) -> Iterator[tuple[str, Manifest]]:
    for name, template in pods(objects):
        if template["metadata"]["labels"].get(LABEL[0]) == LABEL[1]:
            yield name, template


def volumes(objects: Objects) -> Iterator[str]:
    for name, template in on_fargate(objects):
        for volume in template["spec"].get("volumes", []):
            if kinds := set(volume) - {"name"} - FARGATE_VOLUMES:
                yield f"{name}: volume {volume['name']} is a {kinds.pop()}"


def placement(objects: Objects) -> Iterator[str]:
    for name, template in on_fargate(objects):
        yield from (f"{name}: {key}" for key in PLACED if key in template["spec"])


def ports(objects: Objects) -> Iterator[str]:
    for name, template in on_fargate(objects):
        for container in containers(template):
            for port in container.get("ports", []):
                if port["containerPort"] == KUBELET_PORT or "hostPort" in port:
                    yield f"{name}: port {port['containerPort']}"


def sizes(objects: Objects) -> Iterator[str]:
    for name, template in on_fargate(objects):
        for container in containers(template):
            resources = container.get("resources", {})
            if resources.get("requests") != resources.get("limits"):
                yield f"{name}: container {container['name']} has requests other than its limits"


def daemons(objects: Objects) -> Iterator[str]:
    for manifest in objects:
        if manifest["kind"] == "DaemonSet":
            yield called(manifest)


def region(objects: Objects) -> Iterator[str]:
    for manifest in objects:
        data = manifest.get("data", {})
        if manifest["kind"] == "ConfigMap" and "AUDIT_LOG_GROUP" in data and not data.get("AWS_REGION"):
            yield f"{called(manifest)}: AUDIT_LOG_GROUP without AWS_REGION"


FARGATE = (
    Policy(
        "no pod with a CSI, host or network volume is labelled for Fargate",
        "the secrets driver is a DaemonSet: such a pod stays Pending (aws/containers-roadmap#1764)",
        volumes,
    ),
    Policy("no pod on Fargate chooses its place", "Fargate ignores affinity and spread constraints", placement),
    Policy("no pod on Fargate takes the kubelet's port or the host's", "pod and kubelet share an address", ports),
    Policy("requests are limits on Fargate", "requests size the machine: there is nothing to burst into", sizes),
    Policy("there is no DaemonSet", "Fargate runs none", daemons),
    Policy("who speaks to AWS is told the region", "Fargate has no instance metadata to ask", region),
)
