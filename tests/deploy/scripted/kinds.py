"""Names of kinds as kubectl writes and takes them."""

KINDS = {
    "configmap": "ConfigMap",
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "endpointslice": "EndpointSlice",
    "event": "Event",
    "horizontalpodautoscaler": "HorizontalPodAutoscaler",
    "hpa": "HorizontalPodAutoscaler",
    "ingress": "Ingress",
    "job": "Job",
    "lease": "Lease",
    "pod": "Pod",
    "service": "Service",
    "targetgroupbinding": "TargetGroupBinding",
}
GROUPS = {
    "Deployment": "apps",
    "HorizontalPodAutoscaler": "autoscaling",
    "Ingress": "networking.k8s.io",
    "Job": "batch",
    "Lease": "coordination.k8s.io",
    "StatefulSet": "apps",
    "TargetGroupBinding": "elbv2.k8s.aws",
}


def kind_of(word: str) -> str:
    """Return the kind of a word such as ``deployments``, ``hpa`` or ``targetgroupbindings.elbv2.k8s.aws``."""
    short = word.split(".", maxsplit=1)[0].lower()
    for candidate in (short, short.removesuffix("s"), short.removesuffix("es")):
        if candidate in KINDS:
            return KINDS[candidate]
    raise KeyError(word)


def resource(kind: str, *, plural: bool = False) -> str:
    """Return ``deployment.apps``, or ``deployments.apps``."""
    name = kind.lower()
    if plural:
        name += "es" if name.endswith("s") else "s"
    group = GROUPS.get(kind)
    return f"{name}.{group}" if group else name


def written(thing: dict[str, object]) -> str:
    """Return how apply names an object: by the group of its own apiVersion."""
    group = str(thing["apiVersion"]).rpartition("/")[0]
    name = str(thing["kind"]).lower()
    return f"{name}.{group}" if group else name
