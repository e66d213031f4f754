"""Applies parts of overlays/local with the images of this run, and waits for what comes of them."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from deploy.names import pods_of, web
from tests.cluster import kubectl

PRUNE, POSTGRESQL, DATABASE, OWNER = "prune", "postgresql", "service", "service_owner"
KUSTOMIZE = Path(__file__).resolve().parents[2] / "kustomize"
LOCAL = KUSTOMIZE / "overlays" / "local"
# The image is on the nodes already. A pull would test the network, or another image.
PULL_POLICY = "/spec/template/spec/containers/0/imagePullPolicy"
PLACES = {"Deployment|Job": PULL_POLICY, "CronJob": f"/spec/jobTemplate{PULL_POLICY}"}
# On a busy node: the image is there, so that a start is a second for Python and some for the scheduler.
READY_SECONDS = float(os.environ.get("READY_SECONDS", "180"))


class Image(NamedTuple):
    """A reference in the parts that Kustomize wants; without tag and digest it means `latest`, as everywhere."""

    name: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parsed(cls, reference: str) -> "Image":
        """Split `registry:5000/path/name:tag@sha256:…`."""
        rest, _, digest = reference.partition("@")
        path, colon, last = rest.rpartition(":")
        # A colon before the last slash belongs to a port.
        name, tag = (path, last) if colon and "/" not in last else (rest, "")
        return cls(name, "" if digest else tag or "latest", digest)

    def entry(self, of: str) -> dict[str, str]:
        """Return the entry of a kustomization's `images` that puts this image in the place of `of`."""
        version = {"digest": self.digest} if self.digest else {"newTag": self.tag}
        return {"name": of, "newName": self.name, **version}


def kustomization(part: str, folder: Path, suffix: str = "") -> dict[str, Any]:
    """Return the throw-away kustomization of a part: the images of the environment, and a suffix for Jobs."""
    images = [Image.parsed(os.environ["SERVICE_IMAGE"]).entry("image-not-set")]
    if reference := os.environ.get("POSTGRES_IMAGE"):
        images.append(Image.parsed(reference).entry("docker.io/library/postgres"))
    never = [
        {"target": {"kind": kind}, "patch": json.dumps([{"op": "add", "path": path, "value": "Never"}])}
        for kind, path in PLACES.items()
    ]
    resources = [os.path.relpath(LOCAL / part, folder)]
    content: dict[str, Any] = {"resources": resources, "images": images, "patches": never}
    return content | ({"nameSuffix": suffix} if suffix else {})


def command(
    verb: str,
    part: str,
    suffix: str = "",
    allowed: tuple[int, ...] = (0,),
    flags: tuple[str, ...] = (),
    *,
    warnings: bool = True,
) -> str:
    """Run `kubectl apply`, `diff` or `get` on a part; return what it says, and with `warnings` what it warns of."""
    with tempfile.TemporaryDirectory(prefix="cluster-") as name:
        # kustomize resolves links before it compares paths: macOS has its temporary folders behind one.
        folder = Path(name).resolve()
        # JSON is YAML.
        (folder / "kustomization.yaml").write_text(json.dumps(kustomization(part, folder, suffix)))
        return kubectl.run(verb, "-k", str(folder), *flags, allowed=allowed, warnings=warnings)


def apply(part: str, suffix: str = "") -> str:
    return command("apply", part, suffix)


def kept(part: str) -> dict[str, Any]:
    """Return what the cluster keeps of each object of a part: its generation, where there is one, else its content."""
    found = json.loads(command("get", part, flags=("-o", "json"), warnings=False))["items"]
    return {
        f"{each['kind']}/{each['metadata']['name']}": each["metadata"].get("generation")
        or {key: value for key, value in each.items() if key not in {"metadata", "status"}}
        for each in found
    }


def differs(part: str) -> bool:
    """Say whether the cluster holds anything else than the part renders."""
    return bool(command("diff", part, allowed=(0, 1)).strip())


def prepare() -> None:
    """Make the namespace and the secrets, by the command that people use."""
    program = [sys.executable, str(LOCAL / "prepare.py")]
    done = subprocess.run(program, env=kubectl.environment(), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def rolled_out(workload: str, seconds: float = READY_SECONDS) -> None:
    """Wait for `deployment/web-blue` or the like; what its pods wait for is part of the failure."""
    try:
        kubectl.run("rollout", "status", workload, f"--timeout={seconds:.0f}s", timeout=seconds + 10)
    except kubectl.KubectlError as error:
        raise AssertionError(f"{error}\n{waiting(kubectl.items('pods'))}") from None


def scaled(colour: str) -> None:
    """Wait until the autoscaler has raised the one pod of a new Deployment to its minimum; it looks every 15 s."""
    floor = kubectl.get("horizontalpodautoscaler", web(colour))["spec"]["minReplicas"]
    await_that(
        lambda: "" if len(pods(colour)) >= floor else f"{web(colour)} has fewer than {floor} pods", READY_SECONDS
    )


def waiting(pods: list[dict[str, Any]]) -> str:
    """Say of each pod that is not ready what it waits for: an image that is not there, a full node, a crash."""
    lines = []
    for pod in pods:
        name, status = pod["metadata"]["name"], pod["status"]
        for condition in status.get("conditions", []):
            if condition["type"] == "PodScheduled" and condition["status"] != "True":
                lines.append(f"{name} is not scheduled: {condition.get('message', '')}")
        for container in status.get("containerStatuses", []):
            if state := container["state"].get("waiting"):
                lines.append(f"{name}: {state['reason']}: {state.get('message', '')}")
            elif not container["ready"] and "running" in container["state"]:
                lines.append(f"{name} runs and is not ready")
    return "\n".join(lines)


def completed(job: str) -> None:
    """Wait until a Job is done; its log is the explanation when it fails."""

    def done() -> str:
        conditions = kubectl.get("job", job).get("status", {}).get("conditions", [])
        ended = {each["type"] for each in conditions if each["status"] == "True"}
        assert "Failed" not in ended, kubectl.run("logs", f"job/{job}")
        return "" if "Complete" in ended else f"{job} is not complete\n{waiting(kubectl.items('pods'))}"

    await_that(done, READY_SECONDS)


def manage(script: str) -> str:
    """Run a shell script in a pod of the service's image with the rights of a web pod; return its log.

    Not by `kubectl exec`: a second Django in the container of a web pod could exceed its 256 MiB. The CronJob's pod is
    the same, with another command.
    """
    job = kubectl.get("cronjob", PRUNE)["spec"]["jobTemplate"]
    name = f"manage-{secrets.token_hex(4)}"
    job |= {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}}
    job["spec"]["template"]["spec"]["containers"][0]["command"] = ["sh", "-ec", script]
    kubectl.run("create", "-f", "-", stdin=json.dumps(job))
    completed(name)
    return kubectl.run("logs", f"job/{name}")


def await_that(missing: Callable[[], str], seconds: float) -> None:
    """Ask until `missing` returns ""; fail with what it says last."""
    deadline = time.monotonic() + seconds
    while said := missing():
        assert time.monotonic() < deadline, f"after {seconds:.0f} s: {said}"
        time.sleep(1)


def endpoints(service: str) -> set[str]:
    """Return the names of the pods that a Service sends new connections to."""
    return ready_pods(kubectl.items("endpointslices", "-l", f"kubernetes.io/service-name={service}"))


def ready_pods(slices: list[dict[str, Any]]) -> set[str]:
    """Return the pods of EndpointSlices that are ready; a slice may have none (null)."""
    return {
        endpoint["targetRef"]["name"]
        for each in slices
        for endpoint in each.get("endpoints") or []
        if endpoint["conditions"].get("ready")
    }


def pods(colour: str) -> list[dict[str, Any]]:
    """Return the pods of a colour that are not on their way out."""
    found = kubectl.items("pods", "-l", pods_of(colour))
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]
