"""The folder in shared memory where workers count, and where the master reads all counts.

prometheus_client looks for the folder when it is imported; without one each process counts for itself. So this module
imports only the standard library, and gunicorn's configuration file calls it first.
https://prometheus.github.io/client_python/multiprocess/
"""

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "service-metrics-"


def prepare() -> None:
    """Make an empty folder for this master and set prometheus_client's variable; do nothing if METRICS_PORT is 0.

    At SIGHUP gunicorn reads its configuration again: the folder and its counts stay.
    """
    if os.environ.get("METRICS_PORT") == "0":
        os.environ.pop(VARIABLE, None)
        return
    folder = parent() / f"{PREFIX}{os.getpid()}"
    if os.environ.get(VARIABLE) == str(folder):
        return
    if "prometheus_client" in sys.modules:
        raise RuntimeError("prometheus_client was imported before it could know the folder that workers share.")
    remove_left_over()
    folder.mkdir(mode=0o700)
    os.environ[VARIABLE] = str(folder)


def parent() -> Path:
    """Return /dev/shm if it exists: each count is a write, and a disk may stall."""
    shared_memory = Path("/dev/shm")  # noqa: S108  # nosec B108  our own folder in it is 0700 and must not exist
    return shared_memory if os.access(shared_memory, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def remove_left_over() -> None:
    """Remove the folders of masters that were killed; in a restarted container that master had our pid."""
    for folder in parent().glob(f"{PREFIX}*"):
        pid = int(folder.name.removeprefix(PREFIX))
        if pid == os.getpid() or not alive(pid):
            # Another user's folder stays; another master that starts now may be faster.
            shutil.rmtree(folder, ignore_errors=True)


def alive(pid: int) -> bool:
    """Say whether the process exists, also one of another user."""
    with suppress(ProcessLookupError):
        with suppress(PermissionError):
            os.kill(pid, 0)
        return True
    return False


def remove() -> None:
    """Remove the folder of this process, if it has one."""
    if folder := os.environ.get(VARIABLE):
        shutil.rmtree(folder, ignore_errors=True)
