"""Programs of Debian's packages prometheus and prometheus-alertmanager; a machine may lack them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MONITORING = Path(__file__).resolve().parent.parent.parent / "monitoring"
PACKAGES = {"promtool": "prometheus", "prometheus": "prometheus", "amtool": "prometheus-alertmanager"}


def needed(program: str) -> None:
    """Where there is no such program, skip with the command that installs it, and fail in CI."""
    if not shutil.which(program):
        message = f"no {program}; install it: apt-get install {PACKAGES[program]}"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)


def run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; skip the test where there is none."""
    needed(program)
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=240, check=False, start_new_session=True
    )
