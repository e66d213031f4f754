"""Rules for every pod, beyond those of Kubernetes."""

from collections.abc import Iterator

from tests.kustomize.policies.policy import Objects, Policy
from tests.kustomize.rendering import containers, pods


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
    Policy(
        "no container writes to its root", "what breaks in cannot stay; what is written is lost anyway", writable_root
    ),
    Policy("no pod has a token", "nobody here asks the Kubernetes API; IRSA brings a token of its own", token),
    Policy("no Service becomes a variable", "a Service named web would set WEB_PORT in every pod", service_links),
    Policy("every container is bounded", "the scheduler, the autoscaler and Fargate's sizes need it", bounds),
    Policy("an image is a digest, or not set", "a tag may be another image tomorrow, latest always is", image),
)
