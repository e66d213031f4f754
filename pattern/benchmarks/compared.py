"""The part `compared`: the service, its peers and its variants, by what a request costs them."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from pattern.benchmarks.bench import Bench
from pattern.benchmarks.contenders import (
    CONFORMANCE,
    EVERYBODY,
    FASTAPI,
    FASTAPI_FEATURES,
    FASTAPI_TUNED,
    FEATURED,
    OURS,
    PEERS,
    Contender,
)
from pattern.benchmarks.equality import require_equal, require_features
from pattern.benchmarks.interleaved import Slice, slice_of
from pattern.benchmarks.requests_made import KINDS, Callers, around
from pattern.benchmarks.serving import Serving, start
from pattern.benchmarks.statistics_of import per_cpu_second

LIST, CREATE, ANOTHER = "GET /todos", "POST /todos", "GET /visits"
MEASURED: dict[Contender, tuple[str, ...]] = {
    **dict.fromkeys(PEERS, (LIST,)),
    **dict.fromkeys((FASTAPI, FASTAPI_FEATURES, FASTAPI_TUNED), (LIST, CREATE)),
    OURS: (LIST, CREATE, "GET /todos, 304", "GET /todos/{id}", "PATCH /todos/{id}"),
    CONFORMANCE: (ANOTHER,),
}


def compared(bench: Bench) -> dict[str, Any]:
    """Return the slices: kind of request → contender → one a round."""
    plan = [
        (kind, contender)
        for kind in KINDS
        for contender in EVERYBODY
        if kind in MEASURED[contender] and bench.wants(contender.name, kind)
    ]
    with ExitStack() as stack:
        servings: dict[Contender, Serving] = {}
        for contender in dict.fromkeys((OURS, *(contender for _, contender in plan))):
            servings[contender] = start(contender, bench.yardstick, bench.database.name)
            stack.callback(servings[contender].stop)
        bench.say(f"started {len(servings)} servers")
        callers = Callers(bench.yardstick, bench.database)
        first = callers.lists()[0]
        for contender, serving in servings.items():
            serving.await_first(first)
            require_same_work(contender, servings[OURS], serving, callers)
        bench.say("all of them answer the same")
        requests = {kind: around(KINDS[kind].made(callers, servings[OURS].port)) for kind in {kind for kind, _ in plan}}

        def of(kind: str, contender: Contender) -> Callable[[], Slice]:
            return lambda: slice_of(
                servings[contender], kind, requests[kind], seconds=bench.seconds, postgresql=bench.yardstick.pid
            )

        turns = [(kind, contender.name, of(kind, contender)) for kind, contender in plan]
        return _rounds(bench, turns)


def require_same_work(contender: Contender, ours: Serving, serving: Serving, callers: Callers) -> None:
    """Raise `UnequalError` unless `contender` answers as the service does whatever it is measured with."""
    require_equal(ours, serving, callers.lists()[0], count=20)
    if contender in FEATURED:
        require_features(serving, callers.lists()[0])
    if CREATE in MEASURED[contender]:
        require_equal(ours, serving, callers.posts()[0], ignoring=("id", "url", "created_at", "updated_at"))


def _rounds(bench: Bench, turns: list[tuple[str, str, Callable[[], Slice]]]) -> dict[str, Any]:
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    bench.say("round 0, in which everybody meets every caller, counts for nobody")
    for _, _, measure in turns:
        measure()
    for number in range(1, bench.rounds + 1):
        for kind, name, measure in turns:
            taken = measure()
            found.setdefault(kind, {}).setdefault(name, []).append(taken.as_data())
            bench.say(
                f"round {number} of {bench.rounds}  {kind:28} {name:28} "
                f"{per_cpu_second(taken.as_data()):7.0f} a CPU-second"
                f"{'  noisy' if taken.noisy else ''}"
            )
    return found
