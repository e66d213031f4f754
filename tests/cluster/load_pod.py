"""The pod that makes load while something happens, and what it counted."""

import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cluster import kubectl
from tests.cluster.overlays import READY_SECONDS, await_that

# However quick what happens under the load is: a flip takes a second.
SHORTEST_SECONDS = 10
# A quarter of what four threads ask within the shortest load.
MINIMUM_REQUESTS = 100

PROGRAM = Path(__file__).with_name("load.py").read_text()


@dataclass
class Load:
    """Filled when the load has ended: how many answers of each kind, the first failures with their time, and how many
    requests were sent again because a kept connection was closed.
    """

    counts: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    again: int = 0

    def lost_nothing(self) -> None:
        assert self.failures == [], self.counts
        assert self.counts.get("200", 0) >= MINIMUM_REQUESTS, f"too little load to say anything: {self.counts}"


def manifest(name: str, url: str, token: str, kept: int = 2) -> dict[str, Any]:
    """Return a pod that the namespace's "restricted" admits and that none of our Services selects."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/component": "load"}},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "load",
                    "image": os.environ["SERVICE_IMAGE"],
                    "imagePullPolicy": "Never",
                    "command": ["python", "-c", PROGRAM],
                    "env": [
                        {"name": "URL", "value": url},
                        {"name": "TOKEN", "value": token},
                        {"name": "KEPT", "value": str(kept)},
                    ],
                    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
                    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                }
            ],
        },
    }


def phase(name: str) -> str:
    found: str = kubectl.get("pod", name)["status"].get("phase", "")
    return found


@contextmanager
def under_load(url: str, token: str, kept: int = 2) -> Iterator[Load]:
    """Make load on `url` for the length of the block, and some seconds at least; its counts are there afterwards."""
    name = f"load-{secrets.token_hex(4)}"
    load = Load()
    kubectl.run("create", "-f", "-", stdin=json.dumps(manifest(name, url, token, kept)))
    try:
        await_that(lambda: "" if phase(name) == "Running" else f"{name} is {phase(name)}", READY_SECONDS)
        began = time.monotonic()
        yield load
        time.sleep(max(0.0, began + SHORTEST_SECONDS - time.monotonic()))
        kubectl.run("exec", name, "--", "touch", "/tmp/stop")  # noqa: S108  the pod's own
        await_that(lambda: "" if phase(name) == "Succeeded" else f"{name} is {phase(name)}", READY_SECONDS)
        result = json.loads(kubectl.run("logs", name).splitlines()[-1])
        load.counts, load.failures, load.again = result["counts"], result["failures"], result["again"]
    finally:
        kubectl.run("delete", "pod", name, "--wait=false")
