"""Measures the memory of a container's processes from outside."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.image.container import Container

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Memory:
    """In MiB. `resident` counts a page once for each process that has it, `proportional` once in all."""

    resident: float
    proportional: float
    working_set: float

    def __str__(self) -> str:
        return f"{self.resident:.1f} MiB RSS, {self.proportional:.1f} PSS, {self.working_set:.1f} working set"


def of(container: Container) -> Memory:
    """Add up the processes; the working set is what the kubelet and the kernel's limit look at."""
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in container.pids()]

    def total(name: str) -> float:
        found = (re.search(rf"^{name}: +(\d+) kB$", rollup, re.MULTILINE) for rollup in rollups)
        return sum(int(match[1]) for match in found if match) / 1024

    return Memory(total("Rss"), total("Pss"), _working_set(container))


def _working_set(container: Container) -> float:
    path = container.podman.inspect(container.name)["State"]["CgroupPath"]
    v1, v2 = Path(f"/sys/fs/cgroup/memory{path}"), Path(f"/sys/fs/cgroup{path}")
    if v1.exists():
        used, inactive, folder = "memory.usage_in_bytes", "total_inactive_file", v1
    else:
        used, inactive, folder = "memory.current", "inactive_file", v2
    statistics = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    return (int((folder / used).read_text()) - int(statistics[inactive])) / MEBIBYTE
