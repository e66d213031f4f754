"""Rules for every object, and kinds that never appear."""

from collections.abc import Iterator

from tests.kustomize.policies.policy import Objects, Policy
from tests.kustomize.rendering import called, pods

# The first two are the cost tags: AWS's split cost allocation data groups pods by labels, the load balancer has its own
# annotation. https://docs.aws.amazon.com/cur/latest/userguide/split-cost-allocation-data.html
LABELS = ("app.kubernetes.io/part-of", "service/environment", "app.kubernetes.io/name", "app.kubernetes.io/component")
COMPONENTS = {"web", "migrate", "prune", "smoke", "secrets-mirror", "postgresql", "traffic", "database-ca"}
CLUSTER_WIDE = {"Namespace", "ClusterRole", "ClusterRoleBinding", "IngressClass", "CustomResourceDefinition"}


def labels(objects: Objects) -> Iterator[str]:
    carriers = [(called(manifest), manifest["metadata"]) for manifest in objects]
    carriers += [(f"{name}'s pod", template["metadata"]) for name, template in pods(objects)]
    for name, metadata in carriers:
        own = metadata.get("labels", {})
        yield from (f"{name}: no label {label}" for label in LABELS if not own.get(label))
        if own.get("app.kubernetes.io/component", "web") not in COMPONENTS:
            yield f"{name}: no such component: {own['app.kubernetes.io/component']}"


def tags(objects: Objects) -> Iterator[str]:
    for manifest in objects:
        annotation = manifest["metadata"].get("annotations", {}).get("alb.ingress.kubernetes.io/tags", "")
        if manifest["kind"] == "Ingress" and "CostCentre=" not in annotation:
            yield f"{called(manifest)}: the load balancer has no cost tags"


def namespaces(objects: Objects) -> Iterator[str]:
    for manifest in objects:
        if manifest["kind"] in CLUSTER_WIDE or manifest["metadata"].get("namespace") != "service":
            yield f"{called(manifest)} is not in the namespace service"


def secrets(objects: Objects) -> Iterator[str]:
    for manifest in objects:
        if manifest["kind"] == "Secret":
            yield called(manifest)


OBJECTS = (
    Policy("every object and every pod carries the labels", "what is it, whose is it, who pays for it", labels),
    Policy("the load balancer carries the tags of the account", "it is made by a controller, not by Terraform", tags),
    Policy("everything is in one namespace", "the deploy role may write there and nowhere else", namespaces),
    Policy("no Secret is rendered", "what is rendered is committed", secrets),
)
