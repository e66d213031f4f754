"""What the cluster does by itself between two commands."""

from tests.deploy.scripted.store import Object, Store, moment
from tests.deploy.scripted.workloads import _condition, _seconds, roll_out, scale

SECONDS_OF_A_JOB = 10
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
    if store.get("Ingress", "todo") and not store.faults.get("no-bindings"):
        _bind(store)
    if store.of_kind("Service"):
        _endpoints(store)


def _work(store: Store, job: Object) -> None:
    name = job["metadata"]["name"]
    fault = next((value for key, value in store.faults.items() if name == key or name.startswith(f"todo-{key}-")), "")
    age = store.now - _seconds(job["metadata"]["creationTimestamp"])
    labels = {"job-name": name, "batch.kubernetes.io/job-name": name}
    pod = store.get("Pod", f"{name}-x7k2p")
    if pod is None:
        metadata = {"name": f"{name}-x7k2p", "generateName": f"{name}-", "namespace": "todo", "labels": labels}
        spec = job["spec"]["template"]["spec"]
        pod = store.put({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {}})
    container: Object = {"name": "x", "ready": True, "restartCount": 0, "state": {"running": {}}}
    scheduled = {"type": "PodScheduled", "status": "True"}
    pod["status"] = {"phase": "Running", "conditions": [scheduled], "containerStatuses": [container]}
    if fault == "image-missing":
        container |= {"ready": False, "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}}}
        pod["status"]["phase"] = "Pending"
    seconds = store.content.get("seconds_of_a_job", SECONDS_OF_A_JOB)
    if age >= seconds - SECONDS_TO_CONDITION and fault not in {"hang", "image-missing"}:
        ended = {"exitCode": 1, "reason": "Error"} if fault else {"exitCode": 0, "reason": "Completed"}
        container |= {"ready": False, "started": False, "state": {"terminated": ended}}
        pod["status"]["phase"] = "Failed" if fault else "Succeeded"
    started = {"startTime": job["metadata"]["creationTimestamp"], "terminating": 0, "uncountedTerminatedPods": {}}
    if job.get("status", {}).get("conditions"):
        return
    if age < seconds or fault in {"hang", "image-missing"}:
        job["status"] = {**started, "active": 1, "ready": 1}
        return
    good = not fault
    reasons = (
        ("CompletionsReached", "SuccessCriteriaMet", "Complete")
        if good
        else ("BackoffLimitExceeded", "FailureTarget", "Failed")
    )
    message = "Reached expected number of succeeded pods" if good else "Job has reached the specified backoff limit"
    at = {"lastProbeTime": moment(store.now), "lastTransitionTime": moment(store.now)}
    conditions = [
        {**at, "message": message, "reason": reasons[0], "status": "True", "type": kind} for kind in reasons[1:]
    ]
    job["status"] = {**started, "conditions": conditions, "ready": 0, **({"succeeded": 1} if good else {"failed": 1})}
    job["log"] = "Applying todos.0002... OK" if good else fault


def _bind(store: Store) -> None:
    """The load balancer controller makes a load balancer, and a binding for each colour's Service."""
    ingress = store.objects["Ingress/todo"]
    ingress["status"] = {"loadBalancer": {"ingress": [{"hostname": "todo.us-east-1.elb.amazonaws.com"}]}}
    for colour in ("blue", "green"):
        name = f"k8s-todo-todo{colour}"
        if store.get("Service", f"todo-{colour}") and not store.get("TargetGroupBinding", name):
            arn = store.content.get("target_groups", {}).get(colour, f"arn:{colour}")
            spec = {"serviceRef": {"name": f"todo-{colour}", "port": 80}, "targetGroupARN": arn}
            metadata = {"name": name, "namespace": "todo"}
            store.put(
                {
                    "apiVersion": "elbv2.k8s.aws/v1beta1",
                    "kind": "TargetGroupBinding",
                    "metadata": metadata,
                    "spec": spec,
                }
            )


def _endpoints(store: Store) -> None:
    """The slice of the Service `todo`: the ready pods that its selector names, unless the fault holds it back."""
    service = store.get("Service", "todo")
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
                "namespace": "todo",
                "uid": pod["metadata"]["uid"],
            },
        }
        for pod in pods
    ]
    ports = [port["containerPort"] for pod in pods for port in pod["spec"]["containers"][0].get("ports", [])]
    port = ports[0] if ports else 8000
    labels = {**service["metadata"].get("labels", {}), "kubernetes.io/service-name": "todo"}
    found = store.get("EndpointSlice", "todo-2s8ch")
    thing = found or {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4"}
    thing |= {"endpoints": endpoints, "ports": [{"name": "http", "port": port, "protocol": "TCP"}]}
    thing.setdefault("metadata", {"name": "todo-2s8ch", "namespace": "todo"})["labels"] = labels
    if found is None:
        store.put(thing)
