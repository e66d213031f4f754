"""The part `growth`: one client, one request at a time, on tables of very different sizes."""

import time
from contextlib import ExitStack
from typing import Any

from pattern.benchmarks.bench import Bench
from pattern.benchmarks.contenders import OURS
from pattern.benchmarks.database import Database
from pattern.benchmarks.interleaved import slice_of
from pattern.benchmarks.requests_made import KINDS, Callers, around
from pattern.benchmarks.serving import Serving, start

TODOS_OF_ONE = 100
MOST_OWNERS = 1_000  # beyond, each owns more
MEASURED = ("GET /todos", "GET /todos, deep page", "GET /todos?q=, nothing found")


def growth(bench: Bench) -> dict[str, Any]:
    """Return the slices: rows → kind of request → one a round; and how long the largest table took to fill."""
    sizes = sorted({1_000, 100_000, bench.rows})
    with ExitStack() as stack:
        servings: dict[int, tuple[Serving, Callers]] = {}
        seconds = 0.0
        for rows in sizes:
            began = time.monotonic()
            database = _table(bench, rows)
            seconds = time.monotonic() - began
            bench.say(f"{rows:,} rows made in {seconds:.0f} s")
            serving = start(OURS, bench.yardstick, database.name, variables={"WEB_WORKERS": "1"})
            stack.callback(serving.stop)
            servings[rows] = serving, Callers(bench.yardstick, database)
        requests = {}
        for rows, (serving, callers) in servings.items():
            serving.await_first(callers.lists()[0])
            for kind in MEASURED:
                requests[rows, kind] = around(KINDS[kind].made(callers, serving.port))
        found: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for number in range(1, bench.rounds + 1):
            for kind in MEASURED:
                for rows, (serving, _) in servings.items():
                    taken = slice_of(
                        serving,
                        kind,
                        requests[rows, kind],
                        seconds=bench.seconds / 2,
                        postgresql=bench.yardstick.pid,
                        connections=1,
                    )
                    found.setdefault(str(rows), {}).setdefault(kind, []).append(taken.as_data())
                    bench.say(f"round {number} of {bench.rounds}  {kind:30} {rows:>10,} rows {taken.p50:6.2f} ms")
        return {"slices": found, "largest": sizes[-1], "seconds_to_fill_largest": round(seconds)}


def _table(bench: Bench, rows: int) -> Database:
    owners = min(MOST_OWNERS, rows // TODOS_OF_ONE)
    return bench.yardstick.filled(f"rows_{rows}", rows=rows, users=owners, read_only=True)
