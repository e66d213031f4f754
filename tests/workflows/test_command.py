"""A program of the pipeline ends in time, with all that it started."""

import subprocess
from pathlib import Path

import pytest

from local import processes
from pipeline.command import CommandError, output


def test_what_a_program_says_on_both_streams_is_kept_apart() -> None:
    assert output(["sh", "-c", "echo said; echo noise >&2"], seconds=10) == "said"
    with pytest.raises(CommandError, match="exit 3") as failure:
        output(["sh", "-c", "echo why >&2; exit 3"], seconds=10)
    assert failure.value.said == "why\n"


def test_when_time_is_over_the_children_end_too(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"sleep 600 & echo $! > '{pid}'; wait"
    for seconds in (0.3, 2, 25):
        with pytest.raises(subprocess.TimeoutExpired):
            output(["sh", "-c", script], seconds=seconds)
        if pid.exists() and pid.read_text():
            break  # else a slow machine had not begun when time was over
    assert processes.gone(int(pid.read_text()), seconds=60), "the child goes on"
