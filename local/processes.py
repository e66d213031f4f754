"""Looks at processes and signals them. A pid may have been reused, so `command` tells which process it is."""

import os
import signal
import subprocess
import time
from pathlib import Path


def command(pid: int) -> str:
    """Return the command line of a live process, "" if there is none, or only a zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    ps = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ps, capture_output=True, text=True, check=False, timeout=10).stdout.strip()


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process, if it is still there."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def gone(pid: int, *, seconds: float) -> bool:
    """Wait up to `seconds` for the end of a process, child or not; return whether it has ended."""
    deadline = time.monotonic() + seconds
    while command(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def send_group(pid: int, number: signal.Signals) -> None:
    """Signal the process group of `pid`, if it is still there."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return
