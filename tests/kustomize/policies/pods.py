"""Rules for every pod: Pod Security "restricted", which the namespace enforces, and those of this repository.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from collections.abc import Iterator

from tests.kustomize.policies.policy import Objects, Policy
from tests.kustomize.rendering import Manifest, containers, pods

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
    if capabilities.get("drop") != ["ALL"] or set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
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


RESTRICTED = Policy("every pod is restricted", "the namespace refuses any other (Pod Security Admission)", restricted)
PODS = (
    RESTRICTED,
    Policy(
        "no container writes to its root", "what breaks in cannot stay; what is written is lost anyway", writable_root
    ),
    Policy("no pod has a token", "nobody here asks the Kubernetes API; IRSA brings a token of its own", token),
    Policy("no Service becomes a variable", "a Service named web would set WEB_PORT in every pod", service_links),
    Policy("every container is bounded", "the scheduler, the autoscaler and Fargate's sizes need it", bounds),
    Policy("an image is a digest, or not set", "a tag may be another image tomorrow, latest always is", image),
)
