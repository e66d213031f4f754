"""Runs the release tool on the cluster of these tests, with a copy of overlays/local that can be broken."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tests.cluster import kubectl, overlays
from tests.cluster.image import Image

ROOT = Path(__file__).resolve().parents[2]

# A release in under a minute where the image is at hand: the proportions of deploy/release.toml, not its lengths.
QUICK = {"poll_seconds": 1, "gate_seconds": 3, "bake_seconds": 10, "start_seconds": 180, "gate_timeout_seconds": 90}


class Said(NamedTuple):
    """How the tool ended, what it showed, how many seconds it took, and when it was started, in seconds since 1970."""

    code: int
    text: str
    seconds: float
    at: float

    def given(self, words: str) -> float:
        """Return when the tool gave the first command with these words, as `--json` says."""
        events = [json.loads(line) for line in self.text.splitlines()]
        at = next(event["at"] for event in events if event["event"] == "command" and words in event["command"])
        return datetime.fromisoformat(at).timestamp()


class Tool:
    """`python -m deploy` with the overlays of `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(overlays.KUSTOMIZE, folder / "kustomize")
        if reference := os.environ.get("POSTGRES_IMAGE"):
            # As overlays.apply names it: another word for the same image would replace the pod, and its data with it.
            image = Image.parsed(reference)
            name = f"{image.name}@{image.digest}" if image.digest else f"{image.name}:{image.tag}"
            self._replace("overlays/local/postgresql/stateful_set.yaml", r"image: .*", f"image: {name}")
        text = (ROOT / "deploy" / "release.toml").read_text()
        for name, value in QUICK.items():
            text = re.sub(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
        (folder / "release.toml").write_text(text)
        (folder / "bake.json").write_text(json.dumps({"minimum_window_seconds": 60, "queries": []}))

    def fault(self, faults: str) -> None:
        """Let the next release have these faults: its configuration belongs to it."""
        file = self.folder / "kustomize/overlays/local/configuration/config.env"
        kept = [line for line in file.read_text().splitlines() if not line.startswith("FAULTS=")]
        file.write_text("\n".join([*kept, f"FAULTS={faults}", ""]))

    def job_runs(self, job: str, program: str) -> None:
        """Let a Job of the base run another Python program."""
        command = json.dumps(["python", "-c", program])
        self._replace(f"base/{job}/job.yaml", r"command:\n(\s+- .*\n)+", f"command: {command}\n")

    def _replace(self, name: str, pattern: str, text: str) -> None:
        file = self.folder / "kustomize" / name
        changed, times = re.subn(pattern, text, file.read_text())
        assert times == 1, name
        file.write_text(changed)

    def run(self, command: str, *words: str) -> Said:
        """Run the tool to its end, at most twenty minutes."""
        at, began = time.time(), time.monotonic()
        done = subprocess.run(
            [
                *(sys.executable, "-m", "deploy", command, "--env", "local"),
                *(
                    "--overlays",
                    str(self.folder / "kustomize/overlays"),
                    "--release-file",
                    str(self.folder / "release.toml"),
                ),
                *("--bake-file", str(self.folder / "bake.json"), *words),
            ],
            cwd=ROOT,
            env={**os.environ, "PATH": f"{Path(kubectl.program()).parent}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1200,
            check=False,
        )
        return Said(done.returncode, done.stdout, time.monotonic() - began, at)

    def release(self) -> Said:
        """Release the image of these tests to the idle colour."""
        return self.run("release", "--image", os.environ["TODO_IMAGE"], *(() if live() else ("--first",)))


def live() -> str:
    """Return the colour that users are on, "" before the first release."""
    found = kubectl.items("services", "-l", "todo/live")
    return str(found[0]["metadata"]["labels"]["todo/live"]) if found else ""
