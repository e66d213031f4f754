"""Deployments make pods that become ready, autoscalers change sizes, and faults keep them from it."""

import hashlib
import json
import marshal
from datetime import datetime

from deploy.names import COLOUR, LIVE, NAMESPACE, TRAFFIC
from tests.deploy.scripted.store import Object, Store

SECONDS_TO_READY = 20
SECONDS_TO_TARGET = 4  # after ready: the load balancer's own check
GATE = "target-health.elbv2.k8s.aws/k8s-service"


def live_colour(store: Store) -> str:
    traffic = store.get("Ingress", TRAFFIC) or store.get("Service", TRAFFIC) or {}
    live: str = traffic.get("metadata", {}).get("labels", {}).get(LIVE, "")
    return live


def scale(store: Store) -> None:
    """Do what the autoscalers do at once: no less than the floor, no more than the load needs."""
    for autoscaler in store.of_kind("HorizontalPodAutoscaler"):
        deployment = store.get("Deployment", autoscaler["spec"]["scaleTargetRef"]["name"])
        if deployment is None or deployment["spec"]["replicas"] == 0:
            continue
        is_live = deployment["metadata"]["labels"].get(COLOUR) == live_colour(store)
        wanted = max(autoscaler["spec"]["minReplicas"], store.content["load"] if is_live else 0)
        resize(deployment, min(wanted, autoscaler["spec"]["maxReplicas"]))


def resize(deployment: Object, size: int) -> None:
    """Write how many pods are wanted: a change of the spec, which its generation counts."""
    if deployment["spec"]["replicas"] != size:
        deployment["spec"]["replicas"] = size
        deployment["metadata"]["generation"] += 1


def roll_out(store: Store, deployment: Object) -> None:
    """Make and remove pods, then write the status, as the Deployment's and ReplicaSets' controllers do."""
    name, size = deployment["metadata"]["name"], deployment["spec"]["replicas"]
    template = deployment["spec"]["template"]
    digest = hashlib.sha256(marshal.dumps(template, 2)).hexdigest()[:9]  # version 2: equal bytes for equal values
    owned = [pod for pod in store.of_kind("Pod") if pod["metadata"].get("generateName", "").startswith(f"{name}-")]
    current = [pod for pod in owned if pod["metadata"]["labels"]["pod-template-hash"] == digest]
    refused = _faulty(store, "refused", deployment)
    while len(current) < size and not refused:
        current.append(_pod(store, deployment, template, digest))
    for pod in current[size:]:
        store.remove(pod)
    current = current[:size]
    for pod in current:
        _live(store, pod, deployment)
    ready = [pod for pod in current if _condition(pod, "Ready")]
    old = [pod for pod in owned if pod["metadata"]["labels"]["pod-template-hash"] != digest]
    if len(ready) == size:
        for pod in old:
            store.remove(pod)
        old = []
    status: Object = {"observedGeneration": deployment["metadata"].get("generation", 1)}
    counts = {
        "replicas": len(current) + len(old),
        "updatedReplicas": len(current),
        "readyReplicas": len(ready) + sum(_condition(pod, "Ready") for pod in old),
    }
    status |= {key: count for key, count in counts.items() if count}
    if refused:
        message = f'pods "{name}-x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true'
        failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message}
        status["conditions"] = [failure]
    deployment["status"] = status


def _pod(store: Store, deployment: Object, template: Object, digest: str) -> Object:
    generate = f"{deployment['metadata']['name']}-{digest}-"
    labels = {**template["metadata"]["labels"], "pod-template-hash": digest}
    spec = json.loads(json.dumps(template["spec"]))
    if store.of_kind("TargetGroupBinding") and not _faulty(store, "no-gate", deployment):
        spec["readinessGates"] = [{"conditionType": GATE}]
    number = store.content["version"] + 1
    metadata = {"name": f"{generate}{number:05d}", "generateName": generate, "namespace": NAMESPACE, "labels": labels}
    return store.put({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {}})


def _live(store: Store, pod: Object, deployment: Object) -> None:
    """Write the pod's status by its age and the faults."""
    age = store.now - _seconds(pod["metadata"]["creationTimestamp"])
    if _faulty(store, "pending", deployment):
        pod["status"] = {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False"}]}
        return
    container = pod["spec"]["containers"][0]
    phase, ready, restarts = "Pending", False, 0
    first_pull = store.faults.get("image-from", 0)
    missing = _faulty(store, "image-missing", deployment) and age < store.faults.get("image-after", age + 1)
    if missing and age >= first_pull:
        reason = store.faults.get("image-reason", "ImagePullBackOff")
        state = {"waiting": {"reason": reason, "message": f'Back-off pulling image "{container["image"]}"'}}
    elif _faulty(store, "crash", deployment):
        phase, restarts = "Running", 2
        state = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 20s restarting failed"}}
    elif age < 2 or missing:
        state = {"waiting": {"reason": "ContainerCreating"}}
    else:
        phase, state = "Running", {"running": {}}
        ready = age >= _to_ready(store) and not _faulty(store, "unready", deployment)
        # A pod that restarts once, ten seconds after it was ready.
        restarts = int(_faulty(store, "restart", deployment) and age > _to_ready(store) + 10)
    gates = [gate["conditionType"] for gate in pod["spec"].get("readinessGates", [])]
    target = ready and age >= _to_ready(store) + SECONDS_TO_TARGET and not _faulty(store, "target", deployment)
    conditions = {**dict.fromkeys(gates, target), "Ready": ready and (target or not gates), "PodScheduled": True}
    status = {"name": container["name"], "ready": ready, "restartCount": restarts, "state": state}
    pod["status"] = {
        "phase": phase,
        "conditions": [{"type": key, "status": str(value)} for key, value in conditions.items()],
        "containerStatuses": [status],
    }


def _to_ready(store: Store) -> float:
    return float(store.content.get("seconds_to_ready", SECONDS_TO_READY))


def _faulty(store: Store, fault: str, deployment: Object) -> bool:
    return bool(store.faults.get(fault) == deployment["metadata"]["labels"].get(COLOUR, "-"))


def _condition(pod: Object, kind: str) -> bool:
    return any(each["type"] == kind and each["status"] == "True" for each in pod["status"].get("conditions", []))


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
