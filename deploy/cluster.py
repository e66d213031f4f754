"""What the cluster says: one picture by one command, and which colour is live according to the traffic object."""

from dataclasses import dataclass, field
from typing import Any

from deploy.failures import WRONG_CLUSTER, Failure
from deploy.kubectl import Kubectl

COLOURS = ("blue", "green")
KINDS = "ingresses,services,deployments,horizontalpodautoscalers,configmaps,leases"
NAME = "app.kubernetes.io/name=todo"
RELEASE = "todo-release"
COUNTS = ("replicas", "updatedReplicas", "readyReplicas")

Object = dict[str, Any]


def other(colour: str) -> str:
    """Return green for blue, and the other way round."""
    return COLOURS[1 - COLOURS.index(colour)]


@dataclass(frozen=True)
class Colour:
    """A Deployment and its autoscaler: `size` pods are wanted, `floor` is the least that the autoscaler keeps.

    `ready` is 0 while nobody knows: the status is of an earlier spec, or what is ready of an earlier template.
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
    """The objects of the release at one moment. `live` is empty before the first release."""

    environment: str
    traffic: Object = field(default_factory=dict)
    colours: dict[str, Colour] = field(default_factory=dict)
    journal: Object = field(default_factory=dict)
    lease: Object = field(default_factory=dict)
    configurations: dict[str, str] = field(default_factory=dict)  # of ConfigMaps: name → colour

    @property
    def live(self) -> str:
        live: str = _labels(self.traffic).get("todo/live", "")
        return live if live in COLOURS else ""

    @property
    def behind_load_balancer(self) -> bool:
        return self.traffic.get("kind") == "Ingress"

    @property
    def public_address(self) -> str:
        """The load balancer's own, for an environment without a domain; "" without a load balancer."""
        balancers = self.traffic.get("status", {}).get("loadBalancer", {}).get("ingress", [])
        return f"http://{balancers[0]['hostname']}" if self.behind_load_balancer and balancers else ""


def look(kubectl: Kubectl, environment: str) -> Picture:
    """Return the picture; refuse a cluster whose objects say that they belong to another environment."""
    found = {(each["kind"], each["metadata"]["name"]): each for each in kubectl.objects(KINDS, "-l", NAME)}
    others = {_labels(each).get("todo/environment", environment) for each in found.values()} - {environment}
    if others:
        raise Failure(WRONG_CLUSTER, f"kubectl talks to the cluster of {others.pop()}, not of {environment}.")
    traffic = [found[kind, "todo"] for kind in ("Ingress", "Service") if (kind, "todo") in found]
    return Picture(
        environment=environment,
        traffic=next((each for each in traffic if "todo/live" in _labels(each)), {}),
        colours={colour: _colour(found, f"todo-{colour}") for colour in COLOURS},
        journal=found.get(("ConfigMap", RELEASE), {}),
        lease=found.get(("Lease", RELEASE), {}),
        configurations={
            name: colour
            for (kind, name), each in found.items()
            if kind == "ConfigMap" and (colour := _labels(each).get("todo/colour"))
        },
    )


def _colour(found: dict[tuple[str, str], Object], name: str) -> Colour:
    deployment, autoscaler = found.get(("Deployment", name)), found.get(("HorizontalPodAutoscaler", name), {})
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


def observed(workload: Object) -> Object:
    """Return the status of a Deployment or StatefulSet; an empty one while it tells of an earlier spec."""
    status: Object = workload.get("status", {})
    return status if status.get("observedGeneration", 0) >= workload["metadata"].get("generation", 0) else {}


def complete(workload: Object) -> bool:
    """Whether it has the pods of its spec, all of the wanted template and ready, and none besides.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
    """
    status, size = observed(workload), workload["spec"].get("replicas", 1)
    return bool(status) and all(status.get(count, 0) == size for count in COUNTS)


def _labels(thing: Object) -> dict[str, str]:
    labels: dict[str, str] = thing.get("metadata", {}).get("labels", {})
    return labels
