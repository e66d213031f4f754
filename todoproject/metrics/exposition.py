"""Exports the counts of all workers of this pod, ended ones included, in Prometheus' text format."""

import os
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Metric, make_wsgi_app
from prometheus_client.metrics_core import CounterMetricFamily, InfoMetricFamily
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from todoproject.metrics import NAMESPACE
from todoproject.metrics.directory import VARIABLE

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Held while the files are read, while they are folded, and while the master forks: otherwise a new worker could begin
# with a lock that a thread of the master held.
lock = threading.Lock()

ATTEMPTS = 5

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Build(Collector):
    """A constant metric with the release, so that no other metric needs such a label."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.labels = dict(labels)

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily(f"{NAMESPACE}_build", "The release that answers; always 1.", value=self.labels)


class Cpu(Collector):
    """CPU time of the master, of workers that have ended, and of those in `pids` (Linux only).

    prometheus_client has no such metric for several processes. A worker that ends between the two readings is missing
    once: then the value stays, because a rate would take a lower one for a restart.
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
    """Return user and system time of a live process, 0 if there is none, or no /proc.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, fields 14 and 15
    """
    with suppress(OSError):
        # Field 2, the name, is in parentheses and may hold any character.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
    return 0.0


def application(
    build: Mapping[str, str], workers: Callable[[], Iterable[int]], readiness: "WSGIApplication"
) -> "WSGIApplication":
    """Return a WSGI application: /metrics is prometheus_client's over the files of all workers, /readyz `readiness`."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(Build(build))
    registry.register(Cpu(workers))
    metrics: WSGIApplication = make_wsgi_app(registry, disable_compression=True)

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        asked = (environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if asked == ("GET", "/readyz"):
            return readiness(environ, start_response)
        if asked != ("GET", "/metrics"):
            return refused(environ, start_response)
        environ.pop("HTTP_ACCEPT", None)  # one format for all
        for _ in range(ATTEMPTS - 1):
            with suppress(struct.error), lock:  # a worker is making a file, which has no first four bytes yet
                return metrics(environ, start_response)
            time.sleep(0.01)
        with lock:
            return metrics(environ, start_response)

    return answer


def refused(_environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
    """Answer 404 without repeating the request, as the library would."""
    start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
    return [b"Only GET /metrics and /readyz are served here.\n"]


def worker_has_ended(pid: int) -> None:
    """Drop the gauges of a worker, and add its counts to the sum of all that have ended.

    Otherwise each worker would leave two files, and crashes over days would make every scrape slower.
    """
    folder = Path(os.environ[VARIABLE])
    with lock:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]
        for kind in ("counter", "histogram", "summary"):
            fold(folder / f"{kind}_{pid}.db", folder / f"{kind}_ended.db")


def fold(file: Path, into: Path) -> None:
    """Add the values of `file` to those of `into`, and remove `file`."""
    if file.exists():
        total = MmapedDict(str(into))  # type: ignore[no-untyped-call]
        for key, value, _, _ in MmapedDict.read_all_values_from_file(file):  # type: ignore[no-untyped-call]
            total.write_value(key, total.read_value(key)[0] + value, 0.0)  # type: ignore[no-untyped-call]
        total.close()  # type: ignore[no-untyped-call]
        file.unlink()
