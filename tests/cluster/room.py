"""The room that these tests need in a cluster: CPUs, since a pod that fits nowhere stays Pending, and a namespace.

They are sure to own the namespace before they delete it.
"""

from deploy.names import ENVIRONMENT, NAMESPACE
from tests.cluster import kubectl

# In thousandths of a CPU. Pods that drain keep their requests: beside the live colour's two there are two that leave,
# two that start, and then the smoke Job's. PostgreSQL 250, the load 100.
PEAK = 7 * 250 + 250 + 100
# With less than the peak a pod waits until one that drains has left; with less than this, until it is given up: two
# colours of two, the smoke Job or one that replaces another; PostgreSQL, the load.
NEEDED = 5 * 250 + 250 + 100
DELETE_SECONDS = 300


def free() -> tuple[int, int]:
    """Return what the nodes have and what others leave; a namespace of an earlier run does not count."""
    allocatable = sum(millicpus(node["status"]["allocatable"]["cpu"]) for node in kubectl.items("nodes"))
    taken = sum(
        millicpus(container.get("resources", {}).get("requests", {}).get("cpu", "0"))
        for pod in kubectl.items("pods", "--all-namespaces")
        if pod["metadata"]["namespace"] != NAMESPACE and pod["status"].get("phase") not in {"Succeeded", "Failed"}
        for container in pod["spec"]["containers"]
    )
    return allocatable, allocatable - taken


def lack() -> str:
    """Return "" when the tests can run, else a sentence."""
    allocatable, left = free()
    if left >= NEEDED:
        return ""
    return (
        f"The nodes have {allocatable / 1000:.2f} CPUs, of which other pods ask for {(allocatable - left) / 1000:.2f}; "
        f"these tests need {NEEDED / 1000:.2f} more, and {PEAK / 1000:.2f} so that no pod waits for one that drains. "
        "Use a larger machine (on GitHub the variable CLUSTER_RUNNER names it)."
    )


def millicpus(quantity: str) -> int:
    """Read an amount of CPU as the API server writes it (`2`, `0.5` or `250m`), in thousandths of a CPU."""
    return round(float(quantity.removesuffix("m")) * (1 if quantity.endswith("m") else 1000))


def owner() -> str | None:
    """Return the label of the namespace's environment, "" without one, None when there is no such namespace."""
    found = kubectl.run("get", "namespace", NAMESPACE, "--ignore-not-found", "-o", "name")
    if not found.strip():
        return None
    labels = kubectl.get("namespace", NAMESPACE)["metadata"].get("labels", {})
    of: str = labels.get(ENVIRONMENT, "")
    return of


def remove_own() -> None:
    """Delete the namespace and wait until it is gone; refuse when it is not a local one."""
    of = owner()
    if of is None:
        return
    assert of == "local", (
        f"the namespace {NAMESPACE} of this cluster is of the environment {of!r}: "
        "these tests would delete it. Use another cluster."
    )
    kubectl.run("delete", "namespace", NAMESPACE, f"--timeout={DELETE_SECONDS}s", timeout=DELETE_SECONDS + 30)
