"""The cluster's own steps between two commands."""

from deploy.names import COLOURS, NAMESPACE, TRAFFIC, web
from tests.deploy.scripted.store import Object, Store
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
        status = {"observedGeneration": stateful["metadata"]["generation"], "replicas": 1, "updatedReplicas": 1}
        stateful["status"] = status if store.faults.get("shared") else {**status, "readyReplicas": 1}
    for job in store.of_kind("Job"):
        _work(store, job)
    if store.get("Ingress", TRAFFIC):
        _bind(store)
    if store.of_kind("Service"):
        _endpoints(store)


def _work(store: Store, job: Object) -> None:
    name, spec = job["metadata"]["name"], job["spec"]
    fault = next(
        (value for key, value in store.faults.items() if value and (name == key or name.startswith(f"{key}-"))), ""
    )
    pod = store.get("Pod", f"{name}-x7k2p")
    if {"Complete", "Failed"} & {each["type"] for each in job.get("status", {}).get("conditions", [])}:
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
    component = job["metadata"].get("labels", {}).get("app.kubernetes.io/component")
    usual: float = store.content.get("seconds_of_a_job", SECONDS_OF_A_JOB)
    seconds = float(store.content.get(f"seconds_of_{component}", usual))
    image_missing = fault == "image-missing" and age < store.faults.get("image-after", age + 1)
    endless, good = fault == "hang" or image_missing, not fault or fault == "image-missing"
    phase, state = "Running", dict[str, Object](running={})
    if image_missing:
        phase, state = "Pending", {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}}
    elif age >= seconds - SECONDS_TO_CONDITION and not endless:
        phase = "Succeeded" if good else "Failed"
        state = {"terminated": {"exitCode": 0, "reason": "Completed"} if good else {"exitCode": 1, "reason": "Error"}}
    container = {"name": "x", "ready": phase == "Running", "restartCount": 0, "state": state}
    scheduled = {"type": "PodScheduled", "status": "True"}
    pod["status"] = {"phase": phase, "conditions": [scheduled], "containerStatuses": [container]}
    late = age - spec.get("activeDeadlineSeconds", age + 1)
    if late >= 0 and (endless or age < seconds):
        store.remove(pod)
        kinds = ("FailureTarget", "Failed") if late >= SECONDS_OF_GRACE else ("FailureTarget",)
        _end(job, "DeadlineExceeded", "Job was active longer than specified deadline", *kinds)
        job["status"]["failed"] = 1
    elif age < seconds or endless:
        job["status"] = {"active": 1}
    elif good:
        job["log"] = f"http://web-{name.split('-')[1]} serves." if component == "smoke" else "Applying todos.0002... OK"
        _end(job, "CompletionsReached", "Reached expected number of succeeded pods", "SuccessCriteriaMet", "Complete")
    else:
        job["log"] = fault
        _end(job, "BackoffLimitExceeded", "Job has reached the specified backoff limit", "FailureTarget", "Failed")


def _end(job: Object, reason: str, message: str, *kinds: str) -> None:
    conditions = [{"type": kind, "status": "True", "reason": reason, "message": message} for kind in kinds]
    job["status"] = {"conditions": conditions}


def _bind(store: Store) -> None:
    """The load balancer controller makes a load balancer, and a binding for each colour's Service."""
    ingress = store.objects[f"Ingress/{TRAFFIC}"]
    ingress["status"] = {"loadBalancer": {"ingress": [{"hostname": "service.us-east-1.elb.amazonaws.com"}]}}
    for colour in COLOURS:
        name = f"k8s-{web(colour)}"
        if store.get("Service", web(colour)) and not store.get("TargetGroupBinding", name):
            arn = store.content.get("target_groups", {}).get(colour, f"arn:{colour}")
            spec = {"serviceRef": {"name": web(colour), "port": 80}, "targetGroupARN": arn}
            thing = {"apiVersion": "elbv2.k8s.aws/v1beta1", "kind": "TargetGroupBinding", "spec": spec}
            store.put({**thing, "metadata": {"name": name, "namespace": NAMESPACE}})


def _endpoints(store: Store) -> None:
    """The slice of the traffic's Service: the pods of its selector, unless the fault holds it back."""
    service = store.get("Service", TRAFFIC)
    if service is None or store.faults.get("frozen-endpoints"):
        return
    selector = service["spec"]["selector"].items()
    pods = [pod for pod in store.of_kind("Pod") if selector <= pod["metadata"]["labels"].items()]
    endpoints = [
        {
            "conditions": {"ready": _condition(pod, "Ready")},
            "targetRef": {"kind": "Pod", "name": pod["metadata"]["name"], "namespace": NAMESPACE},
        }
        for pod in pods
    ]
    labels = {**service["metadata"].get("labels", {}), "kubernetes.io/service-name": TRAFFIC}
    thing = store.get("EndpointSlice", SLICE) or store.put(
        {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": SLICE}}
    )
    thing["metadata"] |= {"namespace": NAMESPACE, "labels": labels}
    thing["endpoints"] = endpoints
