"""The objects of a release at one moment, by one command; which colour is live, according to the traffic object."""

from __future__ import annotations

from dataclasses import dataclass, field

from deploy.failures import WRONG_CLUSTER, Failure
from deploy.kubectl import Kubectl, Object, observed
from deploy.names import COLOUR, COLOURS, ENVIRONMENT, LIVE, OURS, RELEASE, TRAFFIC, web

KINDS = "ingresses,services,deployments,horizontalpodautoscalers,configmaps,leases"


@dataclass(frozen=True)
class Colour:
    """A Deployment and its autoscaler: `size` pods are wanted, at least `floor` and at most `ceiling` are kept.

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
