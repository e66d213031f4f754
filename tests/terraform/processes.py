"""Child processes of tests: each in a process group of its own, each with an end."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finished:
    """The end of a command and its output, both streams in order."""

    status: int
    output: str


def run(
    command: Sequence[str | Path],
    *,
    timeout: float,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Run to the end; when the time is over, kill the whole group and raise TimeoutError with the output so far."""
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        stop(process)
        output, _ = process.communicate(timeout=10)
        raise TimeoutError(f"{' '.join(map(str, command))} took longer than {timeout:g} s:\n{output}") from None
    finally:
        stop(process)
    return Finished(process.returncode, output)


def stop(process: "subprocess.Popen[str]") -> None:
    """Kill the process and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait(timeout=10)
