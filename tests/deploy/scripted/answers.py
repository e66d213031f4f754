"""Answers from inside the cluster: of the pods' programs, of the service through the API server, of Prometheus."""

import json

from deploy.names import COLOUR
from tests.deploy.scripted.applying import Refused
from tests.deploy.scripted.store import Object, Store
from tests.deploy.scripted.workloads import live_colour

# What kubectl says of a Service whose pods accept a request and do not answer it; test_kubectl.py holds the first.
UNREACHED = "Error from server (ServiceUnavailable): error trying to reach service: "
SILENCE = {
    "hangs": "Unable to connect to the server: context deadline exceeded",
    "unroutable": f"{UNREACHED}dial tcp 10.244.0.2:8000: i/o timeout",
    "resets": f"{UNREACHED}read tcp 10.0.0.1:41000->10.244.0.2:8000: read: connection reset by peer",
}


def inside(store: Store, thing: Object, words: list[str]) -> str:
    """Run a program in a pod."""
    text, colour = " ".join(words), thing["metadata"]["labels"].get(COLOUR)
    if ":9000/readyz" in text and store.faults.get("database") == colour:
        raise Refused("urllib.error.HTTPError: HTTP Error 503\ncommand terminated with exit code 1")
    if "resource.toml" in text:
        return json.dumps([{"path": "/todos", "example": {"title": "Order new badges"}}])
    return "a-token-that-nobody-may-see\n" if "manage.py token" in text else ""


def raw(store: Store, path: str) -> str:
    """Answer ``kubectl get --raw`` through a Service's proxy."""
    if path == "/version":
        return '{"major": "1", "minor": "36"}\n'
    service = path.partition("/services/http:")[2].partition(":")[0]
    if service == "prometheus-operated":
        return _prometheus(store, path)
    thing = store.get("Service", service)
    if thing is None:
        raise Refused(f'Error from server (NotFound): services "{service}" not found')
    selector = thing["spec"]["selector"].items()
    pods = [pod for pod in store.of_kind("Pod") if selector <= pod["metadata"]["labels"].items()]
    if not any(each["ready"] for pod in pods for each in pod["status"].get("containerStatuses", [])):
        raise Refused(f'Error from server (ServiceUnavailable): no endpoints available for service "{service}"')
    if store.faults.get("silent") == live_colour(store):
        raise Refused(SILENCE[store.faults["silence"]])
    if store.faults.get("errors") == live_colour(store):
        raise Refused("Error from server (InternalError): an error on the server has prevented the request")
    if path.endswith("/proxy/schema"):
        return "openapi: 3.0.3\n"
    if store.faults.get("resource") == live_colour(store):
        raise Refused("Error from server (InternalError): an error on the server has prevented the request")
    raise Refused(
        "error: You must be logged in to the server (the server has asked for the client to provide credentials)"
    )


def _prometheus(store: Store, path: str) -> str:
    if store.faults.get("prometheus") == "away":
        raise Refused(
            'Error from server (ServiceUnavailable): no endpoints available for service "prometheus-operated"'
        )
    if store.faults.get("prometheus") in SILENCE:
        raise Refused(SILENCE[store.faults["prometheus"]])
    if store.faults.get("prometheus") == "nonsense":
        return "<html>"
    query = path.partition("query=")[2]
    value = "300"
    if query.startswith("1%20-"):
        value = store.faults.get("share", "0.001")
    elif store.faults.get("samples") is not None:
        value = str(store.faults["samples"])
    result = [{"metric": {}, "value": [store.now, value]}]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}})
