"""Runs kubectl as a person would: one command after the other, each shown before it runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from deploy.failures import CLUSTER_UNREACHABLE, REFUSED, Failure
from deploy.names import NAMESPACE
from deploy.progress import Clock, Progress, until

KUBECTL = ("kubectl", "-n", NAMESPACE)
TIMEOUT_SECONDS = 60
PATIENCE_SECONDS = 30
NOT_INSTALLED = 127

# Words of kubectl and of the API server when no API server has decided.
UNREACHABLE = (
    "was refused - did you specify the right host or port",
    "Unable to connect to the server",
    "couldn't get current server API group list",
    "i/o timeout",
    "TLS handshake timeout",
    "connection reset by peer",
    "context deadline exceeded",
    "unexpected EOF",
    "etcdserver:",
    "(Timeout)",
    "(TooManyRequests)",
    "timed out after",
)
# The API server was there; a Service behind its proxy, or a pod's machine, was not. The reason that follows is theirs.
# apimachinery/pkg/util/proxy/transport.go, upgradeaware.go
BEHIND_IT = ("error trying to reach service:", "error dialing backend:", "/containerLogs/")
# Answered without rights (system:public-info-viewer) and without etcd.
IS_IT_THERE = (*KUBECTL, "get", "--raw", "/version", "--request-timeout=5s")

Object = dict[str, Any]
COUNTS = ("replicas", "updatedReplicas", "readyReplicas")


class Answer(NamedTuple):
    code: int
    out: str
    error: str


Execute = Callable[[Sequence[str]], Answer]


def execute(words: Sequence[str]) -> Answer:
    """Run a program in its own process group and wait a minute at most; a longer one is killed and counts as away."""
    try:
        process = subprocess.Popen(  # noqa: S603  the words are ours
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    except FileNotFoundError:
        return Answer(NOT_INSTALLED, "", f"{words[0]} is not installed here: it is not in PATH.")
    with process:
        try:
            out, error = process.communicate(timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return Answer(1, "", f"{words[0]} timed out after {TIMEOUT_SECONDS} s")
    return Answer(process.returncode, out, error)


class KubectlError(Failure):
    """kubectl ended with an error; `str` gives its own words."""

    def __init__(self, words: str) -> None:
        super().__init__(REFUSED, f"The cluster refuses a command: {words}")
        self.args = (words,)

    def says(self, reason: str) -> bool:
        """Whether the API server gave this reason, for example ``Conflict``."""
        return f"({reason})" in str(self)


class Kubectl:
    """Commands in the namespace. While the cluster cannot be reached, a command is repeated for half a minute.

    Every command of this tool may be given twice.
    """

    def __init__(self, run: Execute, progress: Progress, clock: Clock, *, dry_run: bool = False) -> None:
        self.run, self.progress, self.clock, self.dry_run = run, progress, clock, dry_run

    def read(self, *words: str) -> str:
        """Return what a command prints that changes nothing."""
        return self._tell(words)

    def objects(self, *words: str) -> list[Object]:
        """Return the objects of a ``get``: of a list, of one, or of nothing at all."""
        text = self.read("get", *words, "-o", "json")
        answer: Object = json.loads(text) if text.strip() else {"items": []}
        items: list[Object] = answer.get("items", [answer])
        return items

    def ask(self, path: str, *, seconds: int) -> str:
        """Return what a Service answers through the API server's proxy; a KubectlError when it fails to in `seconds`.

        kubectl words the end of its patience alike for both, so the API server itself is asked then.
        """
        return self._tell(("get", "--raw", path, f"--request-timeout={seconds}s"), doubt=IS_IT_THERE)

    def change(self, *words: str) -> str:
        """Return what a command prints that changes the cluster; a dry run shows it only."""
        if self.dry_run:
            self.progress.command((*KUBECTL, *words), runs=False)
            return ""
        return self._tell(words)

    def _tell(self, words: Sequence[str], *, doubt: Sequence[str] = ()) -> str:
        """`doubt` is a command that succeeds when the cluster is there all the same."""
        words = (*KUBECTL, *words)
        self.progress.command(words)

        def attempt() -> Answer | None:
            answer = self.run(words)
            if not (answer.code and _unreachable(answer.error)):
                return answer
            if doubt:
                self.progress.command(doubt)
                if not self.run(doubt).code:
                    return answer
            self.progress.waiting(f"the cluster to answer: {answer.error.strip().splitlines()[-1]}")
            return None

        answer = until(self.clock, attempt, seconds=PATIENCE_SECONDS, every=2)
        if answer is None:
            raise Failure(CLUSTER_UNREACHABLE, f"The cluster has not answered for {PATIENCE_SECONDS} s.")
        if not answer.code:
            return answer.out
        if "(Forbidden)" in answer.error and "violates PodSecurity" not in answer.error:
            raise Failure(REFUSED, f"The cluster does not allow it: {answer.error.strip()}")
        raise KubectlError(answer.error.strip() or f"kubectl ended with exit code {answer.code}")


def _unreachable(error: str) -> bool:
    return any(sign in error for sign in UNREACHABLE) and not any(sign in error for sign in BEHIND_IT)


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
