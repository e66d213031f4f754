"""The pods of a colour or of a Job: what they lack, and whether waiting can still help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deploy.failures import CRASH_LOOP, IMAGE_MISSING, PENDING, Failure
from deploy.kubectl import Kubectl, KubectlError, Object, complete
from deploy.names import pods_of
from deploy.progress import seconds_of
from deploy.settings import Settings

GATE = "target-health.elbv2.k8s.aws/"
# The kubelet tries again after 10, 20, 40 … seconds. A registry that was away for a moment is no missing image.
PULLED_AGAIN = {"ErrImagePull", "ImagePullBackOff"}
NEVER_PULLED = {"InvalidImageName", "ErrImageNeverPull"}
RESTARTS = 3


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


class Patience:
    """Raises the failure that one of the pods shows when waiting helps no more."""

    def __init__(self, kubectl: Kubectl, settings: Settings) -> None:
        self._kubectl, self._settings = kubectl, settings
        self._without_image: dict[str, float] = {}  # since when, by the pod's name

    def with_pods(self, pods: Iterable[Pod]) -> None:
        for pod in pods:
            self._with(pod)

    def _with(self, pod: Pod) -> None:
        now = self._kubectl.clock.now()
        if pod.waiting not in PULLED_AGAIN:
            self._without_image.pop(pod.name, None)
        elif now - self._without_image.setdefault(pod.name, now) < self._settings.image_seconds:
            return
        if pod.waiting in PULLED_AGAIN | NEVER_PULLED:
            raise Failure(IMAGE_MISSING, f"Pod {pod.name} does not get its image: {pod.message or pod.waiting}.")
        if pod.waiting == "CrashLoopBackOff" or pod.restarts >= RESTARTS:
            log = last_lines(self._kubectl, f"pod/{pod.name}", "--previous")
            raise Failure(CRASH_LOOP, f"Pod {pod.name} has crashed {pod.restarts} times.", log=log)
        if pod.phase == "Pending" and not pod.waiting and now - pod.created > self._settings.pending_seconds:
            event = last_event(self._kubectl, pod.name)
            raise Failure(PENDING, f"Pod {pod.name} is pending for {now - pod.created:.0f} s: {event}")


def why_not_ready(pods: Iterable[Pod]) -> str:
    """Return a sentence about the pods that are not ready, or "" when all are."""
    return ", ".join(f"{pod.name}: {pod.waiting or 'not ready'}" for pod in pods if not pod.ready)


def last_lines(kubectl: Kubectl, what: str, *flags: str) -> str:
    """Return the end of a log; why there is none, when there is none."""
    try:
        return kubectl.read("logs", what, "--tail=20", *flags).strip()
    except KubectlError as error:
        return f"no log: {error}"


def last_event(kubectl: Kubectl, pod: str) -> str:
    """Return the newest event of a pod."""
    events = kubectl.objects("events", "--field-selector", f"involvedObject.name={pod}")
    newest = max(events, key=lambda event: event.get("lastTimestamp") or "", default=None)
    return f"{newest['reason']}: {newest['message']}" if newest else "no event says why."
