"""Pod Security "restricted", which the namespace enforces: a pod that breaks it is never started.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from collections.abc import Iterator

from tests.kustomize.policies.policy import Objects, Policy
from tests.kustomize.rendering import Manifest, containers, pods

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def violations(objects: Objects) -> Iterator[str]:
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


RESTRICTED = Policy("every pod is restricted", "the namespace refuses any other (Pod Security Admission)", violations)
