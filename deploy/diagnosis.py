"""Recognises what will not become ready by waiting, and says why with what the cluster knows about it."""

from collections.abc import Iterable

from deploy.failures import CRASH_LOOP, IMAGE_MISSING, PENDING, Failure
from deploy.kubectl import Kubectl, KubectlError
from deploy.pods import Pod

NO_IMAGE = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"}
RESTARTS = 3


def stop_if_hopeless(kubectl: Kubectl, pods: Iterable[Pod], *, now: float, pending_seconds: float) -> None:
    """Raise the failure that one of the pods shows; return when waiting may still help."""
    for pod in pods:
        if pod.waiting in NO_IMAGE:
            raise Failure(IMAGE_MISSING, f"Pod {pod.name} does not get its image: {pod.message or pod.waiting}.")
        if pod.waiting == "CrashLoopBackOff" or pod.restarts >= RESTARTS:
            log = last_lines(kubectl, f"pod/{pod.name}", "--previous")
            raise Failure(CRASH_LOOP, f"Pod {pod.name} has crashed {pod.restarts} times.", log=log)
        if pod.phase == "Pending" and not pod.waiting and now - pod.created > pending_seconds:
            event = last_event(kubectl, pod.name)
            raise Failure(PENDING, f"Pod {pod.name} is pending for {now - pod.created:.0f} s: {event}")


def why_not_ready(pods: Iterable[Pod]) -> str:
    """Return a sentence about the pods that are not ready, or "" when all are."""
    reasons = [f"{pod.name}: {pod.waiting or 'not ready'}" for pod in pods if not pod.ready]
    return ", ".join(reasons)


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
