"""kubectl as the tests use it: bounded in time, its words in the failure, its processes ended."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from deploy.names import NAMESPACE

FORWARDING = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+) -> \d+")


class KubectlError(AssertionError):
    """kubectl ended with another status than 0."""


def program() -> str:
    """Return kubectl's path: what KUBECTL names, or that of the virtual environment, or of the machine."""
    if named := os.environ.get("KUBECTL"):
        return named
    beside = Path(sys.executable).with_name("kubectl")
    return str(beside) if beside.exists() else shutil.which("kubectl") or "kubectl"


def environment() -> dict[str, str]:
    """Return the environment in which other programs find the same kubectl first."""
    return {**os.environ, "PATH": f"{Path(program()).parent}:{os.environ['PATH']}"}


def run(
    *words: str, stdin: str = "", timeout: float = 120, allowed: tuple[int, ...] = (0,), warnings: bool = False
) -> str:
    """Run kubectl in the namespace; return stdout, with `warnings` also stderr, where it warns."""
    command = [program(), "--namespace", NAMESPACE, *words]
    try:
        done = subprocess.run(
            command,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if warnings else subprocess.PIPE,
            text=True,
            timeout=timeout,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise KubectlError(f"no end after {timeout:.0f} s: {' '.join(command)}") from None
    if done.returncode not in allowed:
        raise KubectlError(f"exit {done.returncode}: {' '.join(command)}\n{done.stdout}{done.stderr or ''}")
    return done.stdout


def get(*words: str) -> Any:
    """Return what `kubectl get … -o json` prints, as data."""
    return json.loads(run("get", *words, "-o", "json"))


def items(*words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(*words)["items"]
    return found


@contextmanager
def forwarded(target: str, port: int) -> Iterator[str]:
    """Yield the address of a pod behind `target` (service/web) while kubectl forwards a free local port to it."""
    command = [program(), "--namespace", NAMESPACE, "port-forward", target, f":{port}"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            yield address(process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


def address(process: subprocess.Popen[str]) -> str:
    """Read what a port-forward says until it says where; it ends by itself when there is nothing to forward to."""
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if found := FORWARDING.search(line):
            return f"http://127.0.0.1:{found[1]}"
    raise KubectlError(f"kubectl port-forward: {said}")
