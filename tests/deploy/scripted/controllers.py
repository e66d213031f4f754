"""The cluster's own steps between two commands."""

from deploy.names import COLOURS, NAMESPACE, TRAFFIC, web
from tests.deploy.scripted.store import Object, Store, moment
from tests.deploy.scripted.workloads import _condition, _seconds, roll_out, scale

SLICE = f"{TRAFFIC}-2s8ch"
SECONDS_OF_A_JOB = 10
SECONDS_OF_GRACE = 30  # in which the pod of a Job that is over its deadline may end
SECONDS_TO_CONDITION = 3  # from the end of a Job's pod to the Job's condition (recordings 28 and 30)


def advance(store: Store) -> None:
    """Bring everything to where it is at `store.now`."""
    scale(store)
    for deployment in store.of_kind("Deployment"):
        if deployment["metadata"]["name"] == store.faults.get("unobserved"):
            continue
        roll_out(store, deployment)
    for stateful in store.of_kind("StatefulSet"):
        # After kubernetes/api apps/v1 StatefulSetStatus: it is not among the recordings.
        stateful["status"] = {
            "observedGeneration": stateful["metadata"]["generation"],
            "replicas": 1,
            "updatedReplicas": 1,
        }
        stateful["status"] |= {} if store.faults.get("shared") else {"readyReplicas": 1}
    for job in store.of_kind("Job"):
        _work(store, job)
    if store.get("Ingress", TRAFFIC) and not store.faults.get("no-bindings"):
        _bind(store)
    if store.of_kind("Service"):
        _endpoints(store)


def _work(store: Store, job: Object) -> None:
    name, spec, status = job["metadata"]["name"], job["spec"], job.get("status", {})
    fault = next(
        (value for key, value in store.faults.items() if value and (name == key or name.startswith(f"{key}-"))), ""
    )
    pod = store.get("Pod", f"{name}-x7k2p")
    if {"Complete", "Failed"} & {each["type"] for each in status.get("conditions", [])}:
        return
    if spec.get("suspend"):
        # After kubernetes/api batch/v1 JobSuspended: it is not among the recordings.
        job["status"] = {"conditions": [{"type": "Suspended", "status": "True"}]}
        if pod:
            store.remove(pod)
        return
    if pod is None:
        labels = {"job-name": name, "batch.kubernetes.io/job-name": name}
        metadata = {"name": f"{name}-x7k2p", "generateName": f"{name}-", "namespace": NAMESPACE, "labels": labels}
        template = spec["template"]["spec"]
        pod = store.put({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template, "status": {}})
    age = store.now - _seconds(job["metadata"]["creationTimestamp"])
    container: Object = {"name": "x", "ready": True, "restartCount": 0, "state": {"running": {}}}
    pod["status"] = {"phase": "Running", "conditions": [{"type": "PodScheduled", "status": "True"}]}
    pod["status"]["containerStatuses"] = [container]
    image_missing = fault == "image-missing" and age < store.faults.get("image-after", age + 1)
    if image_missing:
        container |= {"ready": False, "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}}}
        pod["status"]["phase"] = "Pending"
    component = job["metadata"].get("labels", {}).get("app.kubernetes.io/component")
    usual: float = store.content.get("seconds_of_a_job", SECONDS_OF_A_JOB)
    seconds = float(store.content.get(f"seconds_of_{component}", usual))
    endless, good = fault == "hang" or image_missing, not fault or fault == "image-missing"
    if age >= seconds - SECONDS_TO_CONDITION and not endless:
        ended = {"exitCode": 0, "reason": "Completed"} if good else {"exitCode": 1, "reason": "Error"}
        container |= {"ready": False, "started": False, "state": {"terminated": ended}}
        pod["status"]["phase"] = "Succeeded" if good else "Failed"
    started = {"startTime": job["metadata"]["creationTimestamp"], "terminating": 0, "uncountedTerminatedPods": {}}
    late = age - spec.get("activeDeadlineSeconds", age + 1)
    if late >= 0 and (endless or age < seconds):
        store.remove(pod)
        message = "Job was active longer than specified deadline"
        kinds = ("FailureTarget", "Failed") if late >= SECONDS_OF_GRACE else ("FailureTarget",)
        job["status"] = {**started, "ready": 0, "failed": 1, "terminating": 2 - len(kinds)}
        job["status"]["conditions"] = _conditions(store, "DeadlineExceeded", message, *kinds)
    elif age < seconds or endless:
        job["status"] = {**started, "active": 1, "ready": 1}
    elif good:
        message = "Reached expected number of succeeded pods"
        conditions = _conditions(store, "CompletionsReached", message, "SuccessCriteriaMet", "Complete")
        job["status"] = {**started, "conditions": conditions, "ready": 0, "succeeded": 1}
        job["log"] = f"http://web-{name.split('-')[1]} serves." if component == "smoke" else "Applying todos.0002... OK"
    else:
        message = "Job has reached the specified backoff limit"
        conditions = _conditions(store, "BackoffLimitExceeded", message, "FailureTarget", "Failed")
        job["status"] = {**started, "conditions": conditions, "ready": 0, "failed": 1}
        job["log"] = fault


def _conditions(store: Store, reason: str, message: str, *kinds: str) -> list[Object]:
    at = {"lastProbeTime": moment(store.now), "lastTransitionTime": moment(store.now)}
    return [{**at, "message": message, "reason": reason, "status": "True", "type": kind} for kind in kinds]


def _bind(store: Store) -> None:
    """The load balancer controller makes a load balancer, and a binding for each colour's Service."""
    ingress = store.objects[f"Ingress/{TRAFFIC}"]
    ingress["status"] = {"loadBalancer": {"ingress": [{"hostname": "service.us-east-1.elb.amazonaws.com"}]}}
    for colour in COLOURS:
        name = f"k8s-{web(colour)}"
        if store.get("Service", web(colour)) and not store.get("TargetGroupBinding", name):
            arn = store.content.get("target_groups", {}).get(colour, f"arn:{colour}")
            spec = {"serviceRef": {"name": web(colour), "port": 80}, "targetGroupARN": arn}
            metadata = {"name": name, "namespace": NAMESPACE}
            store.put(
                {
                    "apiVersion": "elbv2.k8s.aws/v1beta1",
                    "kind": "TargetGroupBinding",
                    "metadata": metadata,
                    "spec": spec,
                }
            )


def _endpoints(store: Store) -> None:
    """The slice of the traffic's Service: the ready pods of its selector, unless the fault holds it back."""
    service = store.get("Service", TRAFFIC)
    if service is None or store.faults.get("frozen-endpoints"):
        return
    selector = service["spec"]["selector"].items()
    pods = [pod for pod in store.of_kind("Pod") if selector <= pod["metadata"]["labels"].items()]
    endpoints = [
        {
            "addresses": [pod["status"].get("podIP", "")],
            "conditions": {
                "ready": _condition(pod, "Ready"),
                "serving": _condition(pod, "Ready"),
                "terminating": False,
            },
            "nodeName": "node1",
            "targetRef": {
                "kind": "Pod",
                "name": pod["metadata"]["name"],
                "namespace": NAMESPACE,
                "uid": pod["metadata"]["uid"],
            },
        }
        for pod in pods
    ]
    ports = [port["containerPort"] for pod in pods for port in pod["spec"]["containers"][0].get("ports", [])]
    port = ports[0] if ports else 8000
    labels = {**service["metadata"].get("labels", {}), "kubernetes.io/service-name": TRAFFIC}
    found = store.get("EndpointSlice", SLICE)
    thing = found or {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4"}
    thing |= {"endpoints": endpoints, "ports": [{"name": "http", "port": port, "protocol": "TCP"}]}
    thing.setdefault("metadata", {"name": SLICE, "namespace": NAMESPACE})["labels"] = labels
    if found is None:
        store.put(thing)
