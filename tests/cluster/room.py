"""Whether the nodes have the CPUs that the pods of these tests ask for: a pod that fits nowhere stays Pending."""

from tests.cluster import kubectl

# Two colours of two pods and one more that replaces one, or the smoke Job: 5 of 250. PostgreSQL 250, the load 100.
NEEDED = 1600  # thousandths of a CPU


def lack() -> str:
    """Return "" when there is room, else a sentence; a namespace `todo` of an earlier run does not count."""
    allocatable = sum(millicpus(node["status"]["allocatable"]["cpu"]) for node in kubectl.items("nodes"))
    taken = sum(
        millicpus(container.get("resources", {}).get("requests", {}).get("cpu", "0"))
        for pod in kubectl.items("pods", "--all-namespaces")
        if pod["metadata"]["namespace"] != kubectl.NAMESPACE
        and pod["status"].get("phase") not in {"Succeeded", "Failed"}
        for container in pod["spec"]["containers"]
    )
    if allocatable - taken >= NEEDED:
        return ""
    return (
        f"The nodes have {allocatable / 1000:.2f} CPUs, of which other pods ask for {taken / 1000:.2f}; these tests "
        f"need {NEEDED / 1000:.2f} more. Use a larger machine (on GitHub the variable CLUSTER_RUNNER names it)."
    )


def millicpus(quantity: str) -> int:
    """Read an amount of CPU as the API server writes it (`2`, `0.5` or `250m`), in thousandths of a CPU."""
    return round(float(quantity.removesuffix("m")) * (1 if quantity.endswith("m") else 1000))
