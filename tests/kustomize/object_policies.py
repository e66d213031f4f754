"""Rules for every object: the start, growth and end of workloads, labels, and kinds that never appear."""

from collections.abc import Iterator

from tests.kustomize.pod_policies import FARGATE, PODS, Objects, Policy
from tests.kustomize.rendering import called, containers, pod_of, pods

# The bill reckons with six minutes a Job. One that failed to migrate is kept for a day, with its log and alert;
# the release deletes the one that succeeds.
LONGEST_TTL_SECONDS = {"migrate": 86400}
TTL_SECONDS = 300


def replicas(objects: Objects) -> Iterator[str]:
    scaled = {each["spec"]["scaleTargetRef"]["name"] for each in objects if each["kind"] == "HorizontalPodAutoscaler"}
    for manifest in objects:
        if manifest["kind"] == "Deployment" and (manifest["metadata"]["name"] in scaled) == (
            "replicas" in manifest["spec"]
        ):
            yield f"{called(manifest)}: {manifest['spec'].get('replicas', 'no')} replicas"


def probes(objects: Objects) -> Iterator[str]:
    wanted = {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    for manifest in objects:
        template = pod_of(manifest)
        if manifest["kind"] != "Deployment" or template is None:
            continue
        for container in containers(template):
            if not container.get("ports"):
                continue
            for probe, path in wanted.items():
                if (asked := container.get(probe, {}).get("httpGet", {}).get("path")) != path:
                    yield f"{called(manifest)}: {probe} asks {asked}, not {path}"


def endings(objects: Objects) -> Iterator[str]:
    for manifest in objects:
        if manifest["kind"] not in {"Job", "CronJob"}:
            continue
        spec = manifest["spec"] if manifest["kind"] == "Job" else manifest["spec"]["jobTemplate"]["spec"]
        if "activeDeadlineSeconds" not in spec:
            yield f"{called(manifest)}: no activeDeadlineSeconds"
        component = manifest["metadata"]["labels"].get("app.kubernetes.io/component", "")
        longest = LONGEST_TTL_SECONDS.get(component, TTL_SECONDS)
        if spec.get("ttlSecondsAfterFinished", longest + 1) > longest:
            yield f"{called(manifest)}: ttlSecondsAfterFinished is not {longest} at most"
        if manifest["kind"] == "Job" and spec.get("backoffLimit") != 0:
            yield f"{called(manifest)}: backoffLimit is not 0"


def evictions(objects: Objects) -> Iterator[str]:
    for manifest in objects:
        if manifest["kind"] == "PodDisruptionBudget" and not manifest["spec"].get("maxUnavailable"):
            yield f"{called(manifest)}: maxUnavailable is not at least 1"


WORKLOADS = (
    Policy("an autoscaler owns the replicas, or the Deployment does", "two owners undo each other's number", replicas),
    Policy(
        "what serves is asked whether it lives by /healthz and whether it is ready by /readyz",
        "/readyz waits for the database: as a liveness probe it would kill every pod while the database is away",
        probes,
    ),
    Policy(
        "a Job ends, is removed, and is not repeated",
        "a finished pod on Fargate is billed until it is deleted; a migration that failed is looked at",
        endings,
    ),
    Policy(
        "a budget always lets one pod go",
        "Fargate patches by eviction, and deletes what is held back: fargate-pod-patching in the EKS guide",
        evictions,
    ),
)

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

POLICIES: tuple[Policy, ...] = (*PODS, *WORKLOADS, *FARGATE, *OBJECTS)
