"""A program of the pipeline ends in time, with all that it started."""

import subprocess
import time
from pathlib import Path

import pytest

from pipeline.command import CommandError, output


def test_what_a_program_says_on_both_streams_is_kept_apart() -> None:
    assert output(["sh", "-c", "echo said; echo noise >&2"], seconds=10) == "said"
    with pytest.raises(CommandError, match="exit 3") as failure:
        output(["sh", "-c", "echo why >&2; exit 3"], seconds=10)
    assert failure.value.said == "why\n"


def test_when_time_is_over_the_children_end_too(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > '{tmp_path}/pid'; wait"
    with pytest.raises(subprocess.TimeoutExpired):
        output(["sh", "-c", script], seconds=1)
    child = Path("/proc") / (tmp_path / "pid").read_text().strip()
    for _ in range(50):
        if not child.exists() or "Z" in (child / "stat").read_text().split()[2]:
            return
        time.sleep(0.1)
    pytest.fail("the child goes on")
