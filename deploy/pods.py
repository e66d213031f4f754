"""The pods of a colour or of a Job, as far as a release asks about them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from deploy.cluster import NAME, complete
from deploy.kubectl import Kubectl

GATE = "target-health.elbv2.k8s.aws/"


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
    def of(cls, thing: dict[str, Any]) -> Self:
        status = thing.get("status", {})
        conditions = {each["type"]: each["status"] == "True" for each in status.get("conditions", [])}
        container: dict[str, Any] = next(iter(status.get("containerStatuses", [])), {})
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
            created=datetime.fromisoformat(thing["metadata"]["creationTimestamp"]).timestamp(),
            gates={gate: conditions.get(gate, False) for gate in gates if gate.startswith(GATE)},
        )


@dataclass(frozen=True)
class Rollout:
    """A colour's Deployment and pods at one moment; `refused` says why pods cannot be made."""

    size: int
    complete: bool
    refused: str
    pods: tuple[Pod, ...]


def rollout_of(kubectl: Kubectl, colour: str) -> Rollout:
    """Ask for the Deployment and its pods by one command; pods that are being deleted do not count."""
    selector = f"{NAME},app.kubernetes.io/component=web,todo/colour={colour}"
    found = kubectl.objects("deployments,pods", "-l", selector)
    deployment = next((each for each in found if each["kind"] == "Deployment"), None)
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


def _living(found: list[dict[str, Any]]) -> tuple[Pod, ...]:
    pods = [each for each in found if each["kind"] == "Pod" and "deletionTimestamp" not in each["metadata"]]
    return tuple(Pod.of(each) for each in pods)
