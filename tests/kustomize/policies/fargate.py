"""Features that Fargate lacks: a pod that asks for one stays Pending, or is refused.

https://docs.aws.amazon.com/eks/latest/userguide/fargate.html
"""

from collections.abc import Iterator

from tests.kustomize.policies.policy import Objects, Policy
from tests.kustomize.rendering import Manifest, called, containers, pods

LABEL = ("service/compute", "fargate")
VOLUMES = {"configMap", "downwardAPI", "emptyDir", "projected", "secret"}
PLACED = ("affinity", "topologySpreadConstraints", "nodeSelector", "nodeName", "tolerations", "priorityClassName")
KUBELET_PORT = 10250


def on_fargate(objects: Objects) -> Iterator[tuple[str, Manifest]]:
    for name, template in pods(objects):
        if template["metadata"]["labels"].get(LABEL[0]) == LABEL[1]:
            yield name, template


def volumes(objects: Objects) -> Iterator[str]:
    for name, template in on_fargate(objects):
        for volume in template["spec"].get("volumes", []):
            if kinds := set(volume) - {"name"} - VOLUMES:
                yield f"{name}: volume {volume['name']} is a {kinds.pop()}"


def placement(objects: Objects) -> Iterator[str]:
    for name, template in on_fargate(objects):
        yield from (f"{name}: {key}" for key in PLACED if key in template["spec"])


def privilege(objects: Objects) -> Iterator[str]:
    for name, template in on_fargate(objects):
        spec = template["spec"]
        yield from (f"{name}: {key}" for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key))
        for container in containers(template):
            own = container.get("securityContext", {})
            if own.get("privileged") or own.get("allowPrivilegeEscalation") or own.get("capabilities", {}).get("add"):
                yield f"{name}: container {container['name']} asks for privilege"


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
    Policy("no pod on Fargate asks for privilege", "Fargate refuses the pod", privilege),
    Policy("no pod on Fargate takes the kubelet's port or the host's", "pod and kubelet share an address", ports),
    Policy("requests are limits on Fargate", "requests size the machine: there is nothing to burst into", sizes),
    Policy("there is no DaemonSet", "Fargate runs none", daemons),
    Policy("who speaks to AWS is told the region", "Fargate has no instance metadata to ask", region),
)
