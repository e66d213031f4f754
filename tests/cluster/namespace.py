"""The namespace that the tests make, and that they are sure to own before they delete it."""

from deploy.names import ENVIRONMENT, NAMESPACE
from tests.cluster import kubectl

DELETE_SECONDS = 300


def environment() -> str | None:
    """Return the label of the namespace's environment, "" without one, None when there is no such namespace."""
    found = kubectl.run("get", "namespace", NAMESPACE, "--ignore-not-found", "-o", "name")
    if not found.strip():
        return None
    labels = kubectl.get("namespace", NAMESPACE)["metadata"].get("labels", {})
    of: str = labels.get(ENVIRONMENT, "")
    return of


def remove_own() -> None:
    """Delete the namespace and wait until it is gone; refuse when it is not a local one."""
    of = environment()
    if of is None:
        return
    assert of == "local", (
        f"the namespace {NAMESPACE} of this cluster is of the environment {of!r}: "
        "these tests would delete it. Use another cluster."
    )
    kubectl.run("delete", "namespace", NAMESPACE, f"--timeout={DELETE_SECONDS}s", timeout=DELETE_SECONDS + 30)
