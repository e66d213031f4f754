"""Runs the release tool on the cluster of these tests, from a copy of what it reads of the checkout, to be broken."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from deploy.checkout import ROOT
from deploy.names import LIVE
from tests.cluster import kubectl, overlays
from tests.cluster.overlays import Image

# A release in under a minute where the image is at hand: the proportions of deploy/release.ini, not its lengths.
QUICK = {
    "poll_seconds": 1,
    "lease_seconds": 20,
    "image_seconds": 15,
    "start_seconds": int(overlays.READY_SECONDS),
    "gate_seconds": 3,
    "gate_timeout_seconds": int(overlays.READY_SECONDS),
    "bake_seconds": 10,
}


LONGEST_SECONDS = 1200


class Said(NamedTuple):
    """A run of the tool: exit code, output, duration in seconds, and its lines with the seconds since 1970."""

    code: int
    text: str
    seconds: float
    at: float
    lines: list[tuple[float, str]]

    def given(self, words: str) -> float:
        """Return when the tool showed the first command with these words: right before it gave it."""
        return next(at for at, line in self.lines if line.startswith("  $ ") and words in line)


class Tool:
    """`python -m deploy` in the checkout `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(overlays.KUSTOMIZE, folder / "kustomize")
        for name in ("deploy", "environments"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        if reference := os.environ.get("POSTGRES_IMAGE"):
            # As overlays.apply names it: another word for the same image would replace the pod, and its data with it.
            image = Image.parsed(reference)
            name = f"{image.name}@{image.digest}" if image.digest else f"{image.name}:{image.tag}"
            self._replace("kustomize/overlays/local/postgresql/database.yaml", r"image: .*", f"image: {name}")
        self.settings(**QUICK)

    def settings(self, **values: int) -> None:
        """Change settings of the next commands, wherever they are set."""
        for file in (self.folder / "deploy/release.ini", self.folder / "environments/local.ini"):
            text = file.read_text()
            for name, value in values.items():
                text = re.sub(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
            file.write_text(text)

    def fault(self, faults: str) -> None:
        """Let the next release have these faults: its configuration belongs to it."""
        file = self.folder / "kustomize/overlays/local/configuration/config.env"
        kept = [line for line in file.read_text().splitlines() if not line.startswith("FAULTS=")]
        file.write_text("\n".join([*kept, f"FAULTS={faults}", ""]))

    def job_runs(self, job: str, program: str) -> None:
        """Let a Job of the base run another Python program."""
        command = json.dumps(["python", "-c", program])
        self._replace(f"kustomize/base/{job}/job.yaml", r"command:\n(\s+- .*\n)+", f"command: {command}\n")

    def _replace(self, name: str, pattern: str, text: str) -> None:
        file = self.folder / name
        changed, times = re.subn(pattern, text, file.read_text())
        assert times == 1, name
        file.write_text(changed)

    def start(self, command: str, *words: str) -> subprocess.Popen[str]:
        """Begin a command of the tool, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "deploy", command, "--env", "local", *words],
            cwd=self.folder,
            env=kubectl.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, command: str, *words: str) -> Said:
        """Run the tool to its end, or end it after a long time."""
        at, began = time.time(), time.monotonic()
        with self.start(command, *words) as process:
            watchdog = threading.Timer(LONGEST_SECONDS, killed, (process,))
            watchdog.start()
            try:
                assert process.stdout
                lines = [(time.time(), line.rstrip("\n")) for line in process.stdout]
                process.wait()
            finally:
                watchdog.cancel()
                killed(process)
        text = "\n".join(line for _, line in lines)
        return Said(process.returncode, text, time.monotonic() - began, at, lines)

    def release(self, image: str = "") -> Said:
        """Release an image, by default that of these tests, to the idle colour."""
        return self.run("release", *self.of(image))

    def of(self, image: str = "") -> tuple[str, ...]:
        return ("--image", image or os.environ["SERVICE_IMAGE"], *(() if live() else ("--first",)))


def killed(process: subprocess.Popen[str]) -> None:
    """End a process and its children at once."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def live() -> str:
    """Return the colour that users are on, "" before the first release."""
    found = kubectl.items("services", "-l", LIVE)
    return str(found[0]["metadata"]["labels"][LIVE]) if found else ""
