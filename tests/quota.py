"""A share of a core and of the memory, by the kernel's control groups, as Fargate and Kubernetes give them.

https://docs.kernel.org/scheduler/sched-bwc.html, https://docs.kernel.org/admin-guide/cgroup-v1/memory.html,
https://docs.kernel.org/admin-guide/cgroup-v2.html
"""

import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PERIOD = 100_000  # microseconds, Kubernetes' own


class NoQuotaError(Exception):
    """This machine or this user cannot have one; the text says why."""


@dataclass(frozen=True)
class Quota:
    """A group that exists; `within` are the words before a command that put it there."""

    folders: tuple[Path, ...]

    @property
    def within(self) -> tuple[str, ...]:
        joins = "".join(f"echo $$ > {folder}/cgroup.procs && " for folder in self.folders)
        return "sh", "-c", f'{joins}exec "$@"', "sh"

    def take(self, group: int) -> None:
        """Put the processes of a process group there, one by one."""
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(ProcessLookupError, FileNotFoundError):
                if os.getpgid(int(process.name)) == group:
                    for folder in self.folders:
                        (folder / "cgroup.procs").write_text(process.name, encoding="ascii")

    def throttled(self) -> float:
        """Return for how many seconds it had to wait for its quota so far."""
        lines = (self.folders[0] / "cpu.stat").read_text(encoding="ascii").split("\n")
        found = dict(line.split() for line in lines if line)
        return int(found["throttled_time"]) / 1e9 if "throttled_time" in found else int(found["throttled_usec"]) / 1e6


@contextmanager
def quota(cores: float, megabytes: int) -> Generator[Quota]:
    """Make a group; it is removed when its processes have ended. Raises `NoQuotaError`."""
    microseconds, memory = round(cores * PERIOD), megabytes * 1024 * 1024
    name = f"quota-{os.getpid()}"
    if (ROOT / "cgroup.controllers").exists():
        settings = {ROOT / name: {"cpu.max": f"{microseconds} {PERIOD}", "memory.max": str(memory)}}
    else:
        cpu = {"cpu.cfs_period_us": str(PERIOD), "cpu.cfs_quota_us": str(microseconds)}
        settings = {ROOT / "cpu" / name: cpu, ROOT / "memory" / name: {"memory.limit_in_bytes": str(memory)}}
    made = Quota(tuple(settings))
    try:
        try:
            for folder, values in settings.items():
                folder.mkdir()
                for key, value in values.items():
                    (folder / key).write_text(value, encoding="ascii")
        except OSError as error:
            raise NoQuotaError(f"no control group could be made ({error}): run as root on Linux") from error
        yield made
    finally:
        for folder in made.folders:
            for _ in range(50):
                with suppress(FileNotFoundError):
                    try:
                        folder.rmdir()
                    except OSError:
                        time.sleep(0.1)  # the last process of the group is still going
                        continue
                break
