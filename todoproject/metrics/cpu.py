"""The CPU time of all processes of this pod, which prometheus_client leaves out where there are several.

Fargate's cAdvisor is poor, so saturation is this against what the pod requests.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily
from prometheus_client.registry import Collector

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Cpu(Collector):
    """The seconds of the master, of workers that have ended, and of those that `pids` names; Linux counts the last.

    A worker that ends between the two looks is missing once: the value never falls, or a rate would see a restart.
    """

    def __init__(self, pids: Callable[[], Iterable[int]]) -> None:
        self.pids = pids
        self.highest = 0.0

    def collect(self) -> Iterator[Metric]:
        times = os.times()
        ended = times.children_user + times.children_system
        now = times.user + times.system + ended + sum(seconds_of(pid) for pid in tuple(self.pids()))
        self.highest = max(self.highest, now)
        yield CounterMetricFamily(
            "process_cpu_seconds", "CPU time of all processes of this pod, in seconds.", value=self.highest
        )


def seconds_of(pid: int) -> float:
    """Return user and system time of a live process, 0 where there is none or no /proc.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, fields 14 and 15
    """
    with suppress(OSError):
        # The name, field 2, is in parentheses and may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
    return 0.0
