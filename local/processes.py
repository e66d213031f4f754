"""Asks the system about processes by their pid, since a pid alone may belong to somebody else by now."""

import os
import signal
import subprocess
import time
from pathlib import Path


def command(pid: int) -> str:
    """Return the command line of a live process, or the empty text when there is none (or only a zombie)."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    ps = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ps, capture_output=True, text=True, check=False, timeout=10).stdout.strip()


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process; that it has gone already is fine."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def gone(pid: int, *, seconds: float) -> bool:
    """Wait up to `seconds` for a process that need not be our child; return whether it has ended."""
    deadline = time.monotonic() + seconds
    while command(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def send_group(pid: int, number: signal.Signals) -> None:
    """Signal the process group that `pid` leads; that it has gone already is fine."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return
