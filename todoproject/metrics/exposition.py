"""What all workers of this pod have counted, those that have ended included, in Prometheus' text format."""

import os
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.metrics_core import InfoMetricFamily
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from todoproject.metrics import NAMESPACE
from todoproject.metrics.cpu import Cpu
from todoproject.metrics.directory import VARIABLE

# Held while the files are read, while they are folded, and while the master forks: a worker never begins with a lock
# that a thread of the master held at that moment.
lock = threading.Lock()

ATTEMPTS = 5


class Build(Collector):
    """A constant: which release answers, so that no other metric has to carry it."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.labels = dict(labels)

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily(f"{NAMESPACE}_build", "The release that answers; always 1.", value=self.labels)


class Exposition:
    """Reads the files of all workers anew at each call."""

    def __init__(self, build: Mapping[str, str], workers: Callable[[], Iterable[int]]) -> None:
        self.registry = CollectorRegistry()
        MultiProcessCollector(self.registry)  # type: ignore[no-untyped-call]
        self.registry.register(Build(build))
        self.registry.register(Cpu(workers))

    def text(self) -> bytes:
        """Return the metrics; a worker that makes its files at this moment is asked again a little later."""
        for _ in range(ATTEMPTS - 1):
            try:
                return self._text()
            except struct.error:  # a file without its first four bytes yet
                time.sleep(0.01)
        return self._text()

    def _text(self) -> bytes:
        with lock:
            return generate_latest(self.registry)


def worker_has_ended(pid: int) -> None:
    """Drop the gauges of a worker and add what it counted to a sum of all that have ended.

    Otherwise each would leave two files, and a worker that crashes for days would make every scrape slower.
    """
    folder = Path(os.environ[VARIABLE])
    with lock:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]
        for kind in ("counter", "histogram", "summary"):
            fold(folder / f"{kind}_{pid}.db", folder / f"{kind}_ended.db")


def fold(file: Path, into: Path) -> None:
    """Add the values of `file` to those of `into`, and remove it."""
    if file.exists():
        total = MmapedDict(str(into))  # type: ignore[no-untyped-call]
        for key, value, _, _ in MmapedDict.read_all_values_from_file(file):  # type: ignore[no-untyped-call]
            total.write_value(key, total.read_value(key)[0] + value, 0.0)  # type: ignore[no-untyped-call]
        total.close()  # type: ignore[no-untyped-call]
        file.unlink()
