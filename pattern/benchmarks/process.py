"""The part `process`: how fast one starts, and what memory it keeps, with one worker as in a pod."""

import re
import time
from pathlib import Path
from typing import Any

from pattern.benchmarks.bench import Bench
from pattern.benchmarks.contenders import OURS
from pattern.benchmarks.cpu import tree
from pattern.benchmarks.http_load import ClosedLoop
from pattern.benchmarks.interleaved import CONNECTIONS
from pattern.benchmarks.requests_made import Callers, around
from pattern.benchmarks.serving import Serving, start

STARTS = 5
FIRST, LAST = 10_000, 100_000
ONE_WORKER = {"WEB_WORKERS": "1"}


def process(bench: Bench) -> dict[str, Any]:
    """Return seconds from the start to the first 200 of a list, and MiB after so many requests."""
    callers = Callers(bench.yardstick, bench.database)
    first = callers.lists()[0]
    seconds = []
    for _ in range(STARTS):
        began = time.monotonic()
        serving = start(OURS, bench.yardstick, bench.database.name, variables=ONE_WORKER)
        try:
            seconds.append(serving.await_first(first, pause=0.002) - began)
        finally:
            serving.stop()
        bench.say(f"start to first answer: {seconds[-1]:.2f} s")
    serving = start(OURS, bench.yardstick, bench.database.name, variables=ONE_WORKER)
    try:
        serving.await_first(first)
        memory = _memory(bench, serving, callers)
    finally:
        serving.stop()
    return {"start_seconds": [round(each, 3) for each in seconds], "memory": memory}


def _memory(bench: Bench, serving: Serving, callers: Callers) -> dict[str, dict[str, float]]:
    """Mix lists, details, unchanged and deep pages, so that whatever keeps something keeps it."""
    mixed = [
        *callers.lists()[:100],
        *callers.details()[:100],
        *callers.unchanged(serving.port),
        *callers.deep(serving.port),
    ]
    loop = ClosedLoop(serving.port, around(mixed), connections=CONNECTIONS, statuses={200, 304})
    found = {}
    done = 0
    try:
        for goal in (FIRST, LAST):
            while done < goal:
                done += len(loop.run(requests=min(10_000, goal - done)))
                bench.say(f"memory after {done:,} requests: {resident(serving):.1f} MiB")
            found[str(goal)] = {"worker": round(resident(serving), 1), "pod": round(proportional(serving), 1)}
    finally:
        loop.close()
    return found


def resident(serving: Serving) -> float:
    """Return the resident set of the only worker, in MiB, with what it shares with gunicorn's first process."""
    _, worker = tree(serving.pid)
    return _kib(Path(f"/proc/{worker}/status"), "VmRSS") / 1024


def proportional(serving: Serving) -> float:
    """Return what all its processes have, in MiB, shared pages counted once."""
    return sum(_kib(Path(f"/proc/{pid}/smaps_rollup"), "Pss") for pid in tree(serving.pid)) / 1024


def _kib(path: Path, name: str) -> int:
    line = re.search(rf"^{name}:\s+(\d+) kB", path.read_text(encoding="ascii"), re.MULTILINE)
    assert line, f"{path} has no {name}"  # noqa: S101
    return int(line[1])
