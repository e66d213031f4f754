"""Reads the cluster: the objects of a release at one moment, and the pods of a colour or of a Job.

The traffic object says which colour is live. Pods say what they lack, and whether waiting can still help.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from deploy.checkout import Settings
from deploy.failures import CRASH_LOOP, IMAGE_MISSING, PENDING, WRONG_CLUSTER, Failure
from deploy.kubectl import Kubectl, KubectlError, Object, complete, observed
from deploy.names import COLOUR, COLOURS, ENVIRONMENT, LIVE, OURS, RELEASE, TRAFFIC, pods_of, web
from deploy.progress import seconds_of

KINDS = "ingresses,services,deployments,horizontalpodautoscalers,configmaps,leases"
GATE = "target-health.elbv2.k8s.aws/"
# The kubelet tries again after 10, 20, 40 … seconds: a registry may have been away for a moment.
PULLED_AGAIN = {"ErrImagePull", "ImagePullBackOff"}
NO_IMAGE = {*PULLED_AGAIN, "InvalidImageName", "ErrImageNeverPull"}
RESTARTS = 3


@dataclass(frozen=True)
class Colour:
    """A Deployment and its autoscaler: `size` pods are wanted, at least `floor` and at most `ceiling` are kept.

    `ready` is 0 while the status is that of an earlier spec, or the ready pods are those of an earlier template.
    """

    image: str = ""
    size: int = 0
    ready: int = 0
    floor: int = 0
    ceiling: int = 0
    configuration: frozenset[str] = frozenset()

    @property
    def exists(self) -> bool:
        return bool(self.image)


@dataclass(frozen=True)
class Picture:
    """`live` is empty before the first release."""

    traffic: Object = field(default_factory=dict)
    colours: dict[str, Colour] = field(default_factory=dict)
    journal: Object = field(default_factory=dict)
    lease: Object = field(default_factory=dict)
    configurations: tuple[str, ...] = ()  # names of the colours' ConfigMaps

    @property
    def live(self) -> str:
        live: str = _labels(self.traffic).get(LIVE, "")
        return live if live in COLOURS else ""

    @property
    def behind_load_balancer(self) -> bool:
        return bool(self.traffic.get("kind") == "Ingress")

    @property
    def public_address(self) -> str:
        """The load balancer's own, for an environment without a domain; "" without a load balancer."""
        balancers = self.traffic.get("status", {}).get("loadBalancer", {}).get("ingress", [])
        return f"http://{balancers[0]['hostname']}" if self.behind_load_balancer and balancers else ""


def look(kubectl: Kubectl, environment: str) -> Picture:
    """Return the picture; refuse a cluster whose objects say that they belong to another environment."""
    found = {(each["kind"], each["metadata"]["name"]): each for each in kubectl.objects(KINDS, "-l", OURS)}
    others = {_labels(each).get(ENVIRONMENT, environment) for each in found.values()} - {environment}
    if others:
        raise Failure(WRONG_CLUSTER, f"kubectl talks to the cluster of {others.pop()}, not of {environment}.")
    traffic = [found[kind, TRAFFIC] for kind in ("Ingress", "Service") if (kind, TRAFFIC) in found]
    return Picture(
        traffic=next((each for each in traffic if LIVE in _labels(each)), {}),
        colours={
            colour: _colour(
                found.get(("Deployment", web(colour))), found.get(("HorizontalPodAutoscaler", web(colour)), {})
            )
            for colour in COLOURS
        },
        journal=found.get(("ConfigMap", RELEASE), {}),
        lease=found.get(("Lease", RELEASE), {}),
        configurations=tuple(
            name for (kind, name), each in found.items() if kind == "ConfigMap" and COLOUR in _labels(each)
        ),
    )


def _colour(deployment: Object | None, autoscaler: Object) -> Colour:
    if deployment is None:
        return Colour()
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    scaling = autoscaler.get("spec", {})
    return Colour(
        image=container["image"],
        size=deployment["spec"].get("replicas", 1),
        ready=min(observed(deployment).get(count, 0) for count in ("updatedReplicas", "readyReplicas")),
        floor=scaling.get("minReplicas", 1),
        ceiling=scaling.get("maxReplicas", 1),
        configuration=frozenset(
            source["configMapRef"]["name"] for source in container.get("envFrom", []) if "configMapRef" in source
        ),
    )


def _labels(thing: Object) -> dict[str, str]:
    labels: dict[str, str] = thing.get("metadata", {}).get("labels", {})
    return labels


@dataclass(frozen=True)
class Pod:
    """`waiting` is the reason why its container does not run, `gates` the load balancer's conditions by name."""

    name: str
    image: str
    ready: bool
    restarts: int
    phase: str
    waiting: str
    message: str
    created: float
    gates: dict[str, bool]

    @classmethod
    def of(cls, thing: Object) -> Pod:
        status = thing.get("status", {})
        conditions = {each["type"]: each["status"] == "True" for each in status.get("conditions", [])}
        container: Object = next(iter(status.get("containerStatuses", [])), {})
        waiting = container.get("state", {}).get("waiting", {})
        gates = [each["conditionType"] for each in thing["spec"].get("readinessGates", [])]
        return cls(
            name=thing["metadata"]["name"],
            image=thing["spec"]["containers"][0]["image"],
            ready=conditions.get("Ready", False),
            restarts=container.get("restartCount", 0),
            phase=status.get("phase", ""),
            waiting=waiting.get("reason", ""),
            message=waiting.get("message", ""),
            created=seconds_of(thing["metadata"]["creationTimestamp"]),
            gates={gate: conditions.get(gate, False) for gate in gates if gate.startswith(GATE)},
        )


@dataclass(frozen=True)
class Rollout:
    """A colour's Deployment and pods at one moment; `refused` says why pods cannot be made."""

    size: int
    complete: bool
    refused: str
    pods: tuple[Pod, ...]

    @property
    def ready(self) -> int:
        return sum(pod.ready for pod in self.pods)


def rollout_of(kubectl: Kubectl, colour: str) -> Rollout:
    """Ask for the Deployment and its pods by one command; pods that are being deleted do not count."""
    found = kubectl.objects("deployments,pods", "-l", pods_of(colour))
    deployment: Object | None = next((each for each in found if each["kind"] == "Deployment"), None)
    if deployment is None:
        return Rollout(size=0, complete=False, refused="", pods=())
    conditions = {each["type"]: each for each in deployment.get("status", {}).get("conditions", [])}
    return Rollout(
        size=deployment["spec"].get("replicas", 1),
        complete=complete(deployment),
        refused=conditions.get("ReplicaFailure", {}).get("message", ""),
        # A pod that was evicted is there until it is collected, and another one is in its place.
        pods=_living([each for each in found if each.get("status", {}).get("phase") not in {"Failed", "Succeeded"}]),
    )


def of_job(kubectl: Kubectl, job: str) -> tuple[Pod, ...]:
    """Return the pods of a Job."""
    return _living(kubectl.objects("pods", "-l", f"job-name={job}"))


def _living(found: list[Object]) -> tuple[Pod, ...]:
    pods = [each for each in found if each["kind"] == "Pod" and "deletionTimestamp" not in each["metadata"]]
    return tuple(Pod.of(each) for each in pods)


def must_not_be_hopeless(
    kubectl: Kubectl, settings: Settings, pods: Iterable[Pod], without_image: dict[str, float]
) -> None:
    """Raise a failure if a pod is in a state that waiting does not end.

    `without_image` remembers since when the image of a pod, by its name, could not be pulled.
    """
    now = kubectl.clock.now()
    for pod in pods:
        if pod.waiting not in PULLED_AGAIN:
            without_image.pop(pod.name, None)
        elif now - without_image.setdefault(pod.name, now) < settings.image_seconds:
            continue
        if pod.waiting in NO_IMAGE:
            raise Failure(IMAGE_MISSING, f"Pod {pod.name} does not get its image: {pod.message or pod.waiting}.")
        if pod.waiting == "CrashLoopBackOff" or pod.restarts >= RESTARTS:
            log = last_lines(kubectl, f"pod/{pod.name}", "--previous")
            raise Failure(CRASH_LOOP, f"Pod {pod.name} has crashed {pod.restarts} times.", log=log)
        seconds = now - pod.created
        if pod.phase == "Pending" and not pod.waiting and seconds > settings.pending_seconds:
            event = last_event(kubectl, pod.name)
            raise Failure(PENDING, f"Pod {pod.name} has been pending for {seconds:.0f} s: {event}")


def why_not_ready(pods: Iterable[Pod]) -> str:
    """Return a sentence about the pods that are not ready, or "" when all are."""
    return ", ".join(f"{pod.name}: {pod.waiting or 'not ready'}" for pod in pods if not pod.ready)


def last_lines(kubectl: Kubectl, what: str, *flags: str) -> str:
    """Return the end of a log, or the reason why there is none."""
    try:
        return kubectl.read("logs", what, "--tail=20", *flags).strip()
    except KubectlError as error:
        return f"no log: {error}"


def last_event(kubectl: Kubectl, pod: str) -> str:
    """Return the newest event of a pod."""
    events = kubectl.objects("events", "--field-selector", f"involvedObject.name={pod}")
    newest = max(events, key=lambda event: event.get("lastTimestamp") or "", default=None)
    return f"{newest['reason']}: {newest['message']}" if newest else "no event says why."
