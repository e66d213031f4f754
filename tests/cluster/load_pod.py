"""The pod that makes load while something happens, and what it counted."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cluster import kubectl
from tests.cluster.overlays import await_that

PROGRAM = Path(__file__).with_name("load.py").read_text()


@dataclass
class Load:
    """Filled when the load has ended: how many answers of each kind, and the first failures with their time."""

    counts: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def manifest(name: str, url: str, token: str) -> dict[str, Any]:
    """Return a pod that the namespace's "restricted" admits and that no Service of ours selects."""
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
                    "image": os.environ["TODO_IMAGE"],
                    "imagePullPolicy": "Never",
                    "command": ["python", "-c", PROGRAM],
                    "env": [{"name": "URL", "value": url}, {"name": "TOKEN", "value": token}],
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
def under_load(url: str, token: str) -> Iterator[Load]:
    """Make load on `url` for the length of the block; its counts are there afterwards."""
    name = f"load-{secrets.token_hex(4)}"
    load = Load()
    kubectl.run("create", "-f", "-", stdin=json.dumps(manifest(name, url, token)))
    try:
        await_that(lambda: "" if phase(name) == "Running" else f"{name} is {phase(name)}", 60)
        yield load
        kubectl.run("exec", name, "--", "touch", "/tmp/stop")  # noqa: S108  the pod's own
        await_that(lambda: "" if phase(name) == "Succeeded" else f"{name} is {phase(name)}", 60)
        result = json.loads(kubectl.run("logs", name).splitlines()[-1])
        load.counts, load.failures = result["counts"], result["failures"]
    finally:
        kubectl.run("delete", "pod", name, "--wait=false")
