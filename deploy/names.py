"""The names that the release tool shares with the manifests in kustomize/: they are written here and nowhere else."""

NAMESPACE = "service"
SERVICE = "service"  # the label app.kubernetes.io/name of everything that belongs to the service
TRAFFIC = "web"  # the Ingress, or Service, that says which colour is live
RELEASE = "release"  # the Lease and the journal
MIGRATE = "migrate"
CONTAINER = "web"

LIVE = "service/live"
COLOUR = "service/colour"
ENVIRONMENT = "service/environment"

COLOURS = ("blue", "green")
OURS = f"app.kubernetes.io/name={SERVICE}"


def web(colour: str) -> str:
    """Return the name of a colour's Deployment, Service and autoscaler."""
    return f"web-{colour}"


def smoke(colour: str) -> str:
    """Return the name of a colour's smoke Job, without its suffix."""
    return f"smoke-{colour}"


def pods_of(colour: str) -> str:
    """Return the selector of a colour's Deployment and pods."""
    return f"{OURS},app.kubernetes.io/component=web,{COLOUR}={colour}"


def other(colour: str) -> str:
    """Return green for blue, and the other way round."""
    return COLOURS[1 - COLOURS.index(colour)]
