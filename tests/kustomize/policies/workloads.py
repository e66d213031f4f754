"""Rules for the start, growth and end of workloads."""

from collections.abc import Iterator

from tests.kustomize.policies.policy import Objects, Policy
from tests.kustomize.rendering import called, containers, pod_of

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
