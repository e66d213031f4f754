"""CPU time of process trees and of the machine, from Linux's /proc (https://man7.org/linux/man-pages/man5/proc.5.html)."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

TICK = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """Return `pid` and all its living descendants."""
    found, todo = [], [pid]
    while todo:
        current = todo.pop()
        try:
            tasks = list(Path(f"/proc/{current}/task").iterdir())
            todo += [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except OSError:
            continue
        found.append(current)
    return found


def tree_seconds(pid: int) -> float:
    """Return what the tree below `pid` has used, user and system, with children that have ended."""
    seconds = 0.0
    for member in tree(pid):
        try:
            fields = Path(f"/proc/{member}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            # In nanoseconds, of all threads; `stat` would round each of a hundred backends to 10 ms.
            seconds += time.clock_gettime(cpu_clock(member))
        except OSError:
            continue
        seconds += sum(map(int, fields[13:15])) / TICK  # cutime, cstime
    return seconds


def cpu_clock(pid: int) -> int:
    """Return the clock of a process's CPU time, as clock_getcpuclockid(3) makes it on Linux."""
    return (~pid << 3) | 2


def machine_seconds() -> tuple[float, float]:
    """Return what all cores have worked since boot, and what the hypervisor took from them, in seconds."""
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq) / TICK, steal / TICK


@dataclass(frozen=True)
class Used:
    """Seconds of the clock and of the CPU, at a moment or between two."""

    elapsed: float
    server: float
    postgresql: float
    client: float
    machine: float
    stolen: float

    @classmethod
    def now(cls, server: int, postgresql: int) -> Self:
        """Read all counters; `server` and `postgresql` are the pids at the top of their trees, 0 for none."""
        machine, stolen = machine_seconds()
        return cls(
            time.monotonic(),
            tree_seconds(server) if server else 0.0,
            tree_seconds(postgresql),
            sum(os.times()[:4]),
            machine,
            stolen,
        )

    def since(self, earlier: Self) -> Self:
        """Return what was used after `earlier`."""
        return type(self)(
            *(mine - theirs for mine, theirs in zip(vars(self).values(), vars(earlier).values(), strict=True))
        )

    @property
    def others(self) -> float:
        """The share of the machine that somebody else used or the hypervisor took, 0 to 1."""
        known = self.server + self.postgresql + self.client
        capacity = self.elapsed * (os.cpu_count() or 1)
        return max(0.0, self.machine - known + self.stolen) / capacity
