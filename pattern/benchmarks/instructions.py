"""The part `instructions`: where a request's instructions go, by callgrind, whatever else the machine does.

Python's perf trampolines give each Python function an address of its own, so that callgrind sees the calls of it
(https://docs.python.org/3/howto/perf_profiling.html, https://valgrind.org/docs/manual/cl-manual.html). User
instructions of one worker with one thread; the trampolines make a request some percent dearer.
"""

import os
import re
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from pattern.benchmarks.bench import Bench
from pattern.benchmarks.compared import CREATE, LIST
from pattern.benchmarks.contenders import OURS
from pattern.benchmarks.cpu import tree
from pattern.benchmarks.http_load import ClosedLoop
from pattern.benchmarks.requests_made import KINDS, Callers, around
from pattern.benchmarks.serving import start

# Callers that come again, as clients do: their tokens are known.
WARM, CALLERS, COUNTED, A_CONNECTION = 150, 100, 200, 40
DUMP_SECONDS = 60
NAME = re.compile(r"(c?fn)=\((\d+)\)(?: (.+))?$")

ALL, HANDLED, PARSED = "all", "Worker.handle (worker)", "Parser.__next__ (parser)"
DJANGO, FIRST, VIEW = "WSGIHandler.__call__ (wsgi)", "RequestLogMiddleware.__call__", "BaseHandler._get_response"
ROUTED, LISTED, CREATED = "Handler.resolve_request", "Resource.list (resource)", "Resource.create (resource)"
LOGGED, COUNTED_BY = ("RequestLogMiddleware.__call__", "HealthMiddleware"), ("MetricsMiddleware", "DjangoKeyMiddleware")
#: A layer is the sum of the first functions less those of the second, each with all that it calls. They are found by
#: the beginnings of their names; none where there is none.
LAYERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "the loop, and handing over to a thread": ((ALL,), (HANDLED,)),
    "gunicorn's parser": ((PARSED,), ()),
    "gunicorn: environ, answer, sending": ((HANDLED,), (PARSED, DJANGO)),
    "Django's handler and signals": ((DJANGO,), (FIRST,)),
    "access line, request id": ((LOGGED[0],), (LOGGED[1],)),
    "metrics": ((COUNTED_BY[0],), (COUNTED_BY[1],)),
    "the other middleware": ((LOGGED[1], COUNTED_BY[1]), (COUNTED_BY[0], VIEW)),
    "routing": ((ROUTED,), ()),
    "DRF: caller, rate, negotiation": ((VIEW,), (ROUTED, LISTED, CREATED)),
    "query, or body": (("validated_query", "Request.data", "Serializer.run_validation"), ()),
    "statement, rows, audit line": (("Listing.page", "Rows.create"), ()),
    "members and JSON": (("Resource.represented", "to_json"), ()),
    "Link": (("link_header",), ()),
    "ETag": (("digest_etag",), ()),
}
REST = "the rest of the view"


def instructions(bench: Bench) -> dict[str, Any]:
    """Return thousands of instructions a request, by kind of request and layer."""
    callers = Callers(bench.yardstick, bench.database)
    found = {}
    for kind in (LIST, CREATE):
        plain, traced = (counted(bench, callers, kind, trampolines=each) for each in ("0", "1"))
        found[kind] = {"all": round(plain[ALL]), "with trampolines": round(traced[ALL])} | layers(traced)
        bench.say(f"{kind}: {plain[ALL]:,.0f} thousand instructions")
    return found


def layers(functions: dict[str, float]) -> dict[str, int]:
    """Return the instructions of each layer, and of what belongs to none."""

    def of(beginnings: tuple[str, ...]) -> float:
        return sum(cost for name, cost in functions.items() if name.startswith(beginnings))

    found = {layer: of(plus) - of(minus) for layer, (plus, minus) in LAYERS.items()}
    found[REST] = functions[ALL] - sum(found.values())
    return {layer: round(cost) for layer, cost in found.items()}


def counted(bench: Bench, callers: Callers, kind: str, *, trampolines: str) -> dict[str, float]:
    """Return thousands of instructions a request, of all and of each Python function with what it calls."""
    folder = bench.yardstick.folder
    serving = start(
        OURS,
        bench.yardstick,
        bench.database.name,
        variables={
            "DJANGO_SETTINGS_MODULE": "pattern.benchmarks.counted_settings",
            "PYTHONPERFSUPPORT": trampolines,
            "PYTHONHASHSEED": "0",
            "WEB_THREADS": "1",
        },
        within=("valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={folder}/callgrind.%p"),
    )
    try:
        serving.await_first(callers.lists()[0], pause=0.5)
        _, worker = tree(serving.pid)
        requests = around(KINDS[kind].made(callers, serving.port)[:CALLERS])

        def asked(number: int) -> int:
            loop = ClosedLoop(serving.port, requests, connections=1, statuses={KINDS[kind].status})
            with closing(loop):
                return len(loop.run(requests=number))

        asked(WARM)
        os.kill(worker, signal.SIGRTMIN)
        done = sum(asked(A_CONNECTION) for _ in range(COUNTED // A_CONNECTION))  # none grows old, however slow this is
        os.kill(worker, signal.SIGRTMIN + 1)
        names = dict(_names(Path(f"/tmp/perf-{worker}.map")))  # noqa: S108  where Python writes it
        return {name: cost / done / 1000 for name, cost in inclusive(_dump(folder, worker), names).items()}
    finally:
        serving.stop()


def _dump(folder: Path, worker: int) -> str:
    """Return what callgrind has written, once it is whole."""
    deadline = time.monotonic() + DUMP_SECONDS
    while time.monotonic() < deadline:
        for path in folder.glob(f"callgrind.{worker}.*"):
            if "\ntotals: " in (text := path.read_text()):
                path.unlink()
                return text
        time.sleep(0.2)
    raise RuntimeError("callgrind has written nothing: is the worker gone?")


def _names(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the address of each trampoline and the Python function behind it."""
    for line in path.read_text().splitlines() if path.exists() else ():
        address, _, name = line.split(" ", 2)
        function, _, file = name.removeprefix("py::").partition(":")
        yield int(address, 16), f"{function} ({Path(file).stem})"
    path.unlink(missing_ok=True)


def inclusive(dump: str, names: dict[int, str]) -> dict[str, float]:
    """Return the instructions of all, and of each function by its address with what it calls."""
    found: dict[str, float] = defaultdict(float)
    addresses: dict[str, int] = {}
    called, calls = "", False
    for line in dump.splitlines():
        if match := NAME.match(line):
            kind, key, name = match.groups()
            if name and name.startswith("0x"):
                addresses[key] = int(name.partition("'")[0], 16)
            called = key if kind == "cfn" else called
        elif line.startswith("calls="):
            calls = True
        elif line.startswith("totals: "):
            found[ALL] = float(line.removeprefix("totals: "))
        elif calls:
            if name := names.get(addresses.get(called, 0)):
                found[name] += float(line.split()[1])
            calls = False
    return found
