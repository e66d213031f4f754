"""The folder in memory through which workers tell the master what they count.

prometheus_client looks for it once, when it is imported: without it each process counts for itself alone. So this
module imports nothing but Python, and gunicorn's configuration file calls it before anything imports that library.
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
    """Make the folder of this process, empty, and name it to prometheus_client; nothing if METRICS_PORT is 0.

    gunicorn reads its configuration again at SIGHUP, when the folder holds what has been counted: it stays.
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
    """Return a folder in memory where there is one: each count is a write, and a disk may stall."""
    shared_memory = Path("/dev/shm")  # noqa: S108  # nosec B108  our own folder in it is 0700 and must not exist
    return shared_memory if os.access(shared_memory, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def remove_left_over() -> None:
    """Remove the folders of masters that were killed; in a restarted container that is the one of our own pid."""
    for folder in parent().glob(f"{PREFIX}*"):
        pid = int(folder.name.removeprefix(PREFIX))
        if pid == os.getpid() or not alive(pid):
            shutil.rmtree(folder)


def alive(pid: int) -> bool:
    """Say whether there is such a process; one of another user counts too."""
    with suppress(ProcessLookupError):
        with suppress(PermissionError):
            os.kill(pid, 0)
        return True
    return False


def remove() -> None:
    """Remove the folder, if this process has one."""
    if folder := os.environ.get(VARIABLE):
        shutil.rmtree(folder, ignore_errors=True)
