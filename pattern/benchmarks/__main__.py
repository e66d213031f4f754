"""`make bench`: measures the service and its peers side by side.

Starts a PostgreSQL of its own with 100,000 todos of 1,000 users, measures, prints the targets and the list on stdout,
and writes pattern/benchmarks/results.json and pattern/docs/performance.md (between its markers). Progress goes to
stderr. Linux only: CPU time is read from /proc. The parts, each of which replaces only its own figures:

  compared      requests a CPU-second of all contenders, interleaved
  pod           a quarter of a core and 512 MB: Poisson arrivals, highest good rate, overload (needs root)
  threads       the same pod with 1, 2 and 4 threads
  growth        the list at 1,000, 100,000 and 10,000,000 rows (3 GB of disk)
  process       start to first answer, memory after 10,000 and 100,000 requests
  instructions  where a request's instructions go, layer by layer (needs valgrind; not by default)

To measure one change: `python -m pattern.benchmarks --only compared --contender ours --contender FastAPI
--request 'GET /todos' --rounds 3 --seconds 1`. With --contender or --request nothing is written.
"""

import argparse
import os
import signal
import sys
from datetime import UTC, datetime
from typing import Any

from local.refusal import Refusal
from local.state import Lock, here
from pattern.benchmarks import cores, report, results
from pattern.benchmarks.bench import Bench
from pattern.benchmarks.compared import compared
from pattern.benchmarks.contenders import EVERYBODY, PEERS_PYTHON
from pattern.benchmarks.database import Yardstick, yardstick
from pattern.benchmarks.growth import growth
from pattern.benchmarks.instructions import instructions
from pattern.benchmarks.machine import machine
from pattern.benchmarks.pod import pod, threads
from pattern.benchmarks.process import process
from pattern.benchmarks.requests_made import KINDS

PARTS = {
    "compared": compared,
    "pod": pod,
    "threads": threads,
    "growth": growth,
    "process": process,
    "instructions": instructions,
}
ROWS, USERS = 100_000, 1_000


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    names = [contender.name for contender in EVERYBODY]
    parser = argparse.ArgumentParser(
        "python -m pattern.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=PARTS, help="a part; may be given several times")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender (5)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long a turn is (2)")
    parser.add_argument("--rows", type=int, default=10_000_000, help="of the largest table of `growth` (10,000,000)")
    parser.add_argument("--contender", action="append", metavar="NAME", choices=names, help=" | ".join(names))
    parser.add_argument("--request", action="append", metavar="KIND", choices=KINDS, help=" | ".join(KINDS))
    parser.add_argument("--report", action="store_true", help="measure nothing: rewrite the document from results.json")
    return parser.parse_args()


def main() -> int:
    """Measure what was asked for, print it, keep it; return the exit code."""
    asked = arguments()
    kept = results.read()
    if asked.report:
        report.write(kept)
        return 0
    if not PEERS_PYTHON.exists():
        raise Refusal("The peers have no environment: `make bench` makes it, or `make .venv-pattern/ready`.")
    # Its servers are sessions of their own, which a signal to us does not reach: leave in order.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = here().folder / "benchmarks"
    with Lock(folder.with_suffix(".lock")) as lock:
        if not lock.acquire("bench"):
            raise Refusal(f"`make bench` is already running in this clone (pid {lock.holder()[0]}): wait for it.")
        with yardstick(folder) as running:
            found = measured(running, asked, kept)
    if not (asked.contender or asked.request):
        report.write(found)
    sys.stdout.write(report.on_terminal(found, asked.only or list(PARTS)))
    return 0


def measured(running: Yardstick, asked: argparse.Namespace, kept: dict[str, Any]) -> dict[str, Any]:
    """Return `kept` with the parts that were asked for measured again; each is written as soon as it is there."""
    os.sched_setaffinity(0, cores.REST)
    database = running.filled("todo", rows=ROWS, users=USERS)
    bench = Bench(
        running, database, asked.rounds, asked.seconds, asked.rows, asked.contender or (), asked.request or ()
    )
    found = kept | {"machine": machine(running)}
    for part in asked.only or [part for part in PARTS if part != "instructions"]:
        bench.say(f"── {part}")
        found[part] = PARTS[part](bench)
        taken = {
            "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "rounds": bench.rounds,
            "seconds": bench.seconds,
        }
        found["taken"] = found.get("taken", {}) | {part: taken}
        if not bench.partial:
            results.write(found)
    return found


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        sys.exit(1)
