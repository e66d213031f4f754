"""The part `pod`: the smallest Fargate size, as the image runs there, under arrivals that do not wait for answers."""

import statistics
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from local import ports
from pattern.benchmarks.bench import Bench
from pattern.benchmarks.contenders import OURS
from pattern.benchmarks.cpu import Used
from pattern.benchmarks.http_load import BrokenAnswerError, ClosedLoop, ask_once, status_of
from pattern.benchmarks.interleaved import CONNECTIONS
from pattern.benchmarks.open_loop import Arrival, OpenLoop, Outcome, poisson
from pattern.benchmarks.requests_made import Callers, around, head
from pattern.benchmarks.serving import Serving, start
from tests.quota import NoQuotaError, Quota, quota

CORES, MEGABYTES = 0.25, 512
RATE, SECONDS = 50, 60
WRITES = 10  # one request in so many
THREADS = (1, 2, 4)
GOOD_MILLISECONDS = 50
TRIAL_SECONDS, SHORT_SECONDS = 10, 7
SETTLE_SECONDS = 20
HIGHEST_RATE = 1_600
SCRAPE_SECONDS, PROBE_SECONDS = 15, 5  # monitoring/pod_monitor.yaml, kustomize/base/web/deployment.yaml
OVERLOAD = 3
AT_ONCE_SECONDS = 2  # who waits longer, hangs


@dataclass(frozen=True)
class Pod:
    """The process behind its quota, and who asks it."""

    bench: Bench
    serving: Serving
    metrics_port: int
    callers: Callers
    quota: Quota

    def arrivals(self, rate: float, seconds: float, *, writes: int, seed: int) -> list[Arrival]:
        """Return requests at `rate`, of which one in `writes` changes something (0: none), and the cluster's own."""
        reads = around(self.callers.lists())
        changes = (next(kind) for kind in cycle((around(self.callers.posts()), around(self.callers.patches()))))
        asked = [
            Arrival(at, self.serving.port, next(changes if writes and number % writes == writes - 1 else reads))
            for number, at in enumerate(poisson(rate, seconds, seed))
        ]
        nobody = next(iter(self.callers.tokens.values()))
        for path, port, every in (
            ("/metrics", self.metrics_port, SCRAPE_SECONDS),
            ("/readyz", self.serving.port, PROBE_SECONDS),
        ):
            asked += [
                Arrival(at + every / 2, port, head("GET", path, nobody), counted=False)
                for at in range(0, int(seconds), every)
            ]
        return sorted(asked, key=lambda arrival: arrival.at)

    def settle(self) -> None:
        """Wait until the pod answers at once again."""
        deadline, request = time.monotonic() + SETTLE_SECONDS, self.callers.lists()[0]
        while time.monotonic() < deadline:
            asked = time.monotonic()
            with suppress(OSError, BrokenAnswerError):
                if status_of(ask_once(self.serving.port, request)) == 200 and time.monotonic() - asked < 0.05:
                    return
            time.sleep(0.2)

    def load(self, rate: float, seconds: float, *, writes: int = WRITES, seed: int = 1) -> dict[str, Any]:
        """Return what `seconds` of arrivals at `rate` saw, once nothing of an earlier load is left."""
        self.settle()
        throttled, before = self.quota.throttled(), self.used()
        loop = OpenLoop(self.arrivals(rate, seconds, writes=writes, seed=seed))
        return summary(loop.run(), seconds) | {
            "rate": rate,
            "generator_late_ms": round(loop.late * 1000, 2),
            "throttled_seconds": round(self.quota.throttled() - throttled, 2),
            "others_percent": round(100 * self.used().since(before).others, 1),
        }

    def used(self) -> Used:
        return Used.now(self.serving.pid, self.bench.yardstick.pid)


def summary(outcomes: list[Outcome], seconds: float) -> dict[str, Any]:
    """Return percentiles in milliseconds over all requests, good answers a second, and what the others got."""
    good = [outcome for outcome in outcomes if 200 <= outcome.status < 300]
    refused = [outcome for outcome in outcomes if outcome.status == 503 and outcome.retry_after]
    hung = sum(outcome.status == -1 for outcome in outcomes)
    # Failed requests count as 60 s: failing must not look fast.
    waited = [outcome.seconds * 1000 for outcome in good] + [60_000.0] * (len(outcomes) - len(good))
    cuts = statistics.quantiles(waited, n=100) if len(waited) > 1 else waited * 99
    return {
        "requests": len(outcomes),
        "good": len(good),
        "good_a_second": round(sum(outcome.done <= seconds for outcome in good) / seconds, 1),
        "p50": round(cuts[49], 2),
        "p99": round(cuts[98], 2),
        "max": round(max(waited), 2),
        "refused": len(refused),
        "refused_max": round(max((outcome.seconds * 1000 for outcome in refused), default=0.0), 2),
        "left_waiting": len(outcomes) - sum(outcome.seconds <= AT_ONCE_SECONDS for outcome in (*good, *refused)),
        "hung": hung,
        "failed": len(outcomes) - len(good) - len(refused) - hung,
    }


def pod(bench: Bench) -> dict[str, Any]:
    """Return the steady load, the search for the highest good rate, and the overload; or why there is none."""
    try:
        with small(bench) as there:
            return {"steady": steady(there), "trials": highest(there), "overload": overload(there)}
    except NoQuotaError as reason:
        bench.say(f"the pod is not measured: {reason}")
        return {"not_measured": str(reason)}


def threads(bench: Bench) -> dict[str, Any]:
    """Return the steady load and the search for each number of threads; or why there are none."""
    found = {}
    try:
        for number in THREADS:
            bench.say(f"{number} threads")
            with small(bench, WEB_THREADS=str(number)) as there:
                trials = highest(there, first=RATE * 3, seconds=SHORT_SECONDS, halvings=2)
                found[str(number)] = {"steady": steady(there, SHORT_SECONDS * 3), "trials": trials}
    except NoQuotaError as reason:
        return {"not_measured": str(reason)}
    return found


@contextmanager
def small(bench: Bench, **variables: str) -> Generator[Pod]:
    """Start a pod of the smallest size, and warm it."""
    with ExitStack() as stack:
        group = stack.enter_context(quota(CORES, MEGABYTES))
        metrics_port = ports.any_free()
        variables |= {"METRICS_PORT": str(metrics_port)}
        serving = start(OURS, bench.yardstick, bench.database.name, variables=variables, within=group.within)
        stack.callback(serving.stop)
        callers = Callers(bench.yardstick, bench.database)
        serving.await_first(callers.lists()[0])
        there = Pod(bench, serving, metrics_port, callers, group)
        there.load(RATE, 5)
        yield there


def steady(there: Pod, seconds: int = SECONDS) -> dict[str, Any]:
    """Measure the promised load."""
    found = there.load(RATE, seconds, seed=2)
    there.bench.say(f"{RATE} a second for {seconds} s: p50 {found['p50']}, p99 {found['p99']}, max {found['max']} ms")
    return found


def good_enough(trial: dict[str, Any]) -> bool:
    """Say whether everybody got an answer, and 99 of 100 in time."""
    return bool(trial["good"] == trial["requests"] and trial["p99"] <= GOOD_MILLISECONDS)


def highest(there: Pod, *, first: int = RATE, seconds: int = TRIAL_SECONDS, halvings: int = 3) -> list[dict[str, Any]]:
    """Try higher and higher rates until one is too high, then halve the distance some times; return all trials.

    A rate is too high when it fails twice: somebody else may have had the machine.
    """
    trials: list[dict[str, Any]] = []

    def is_good(rate: float) -> bool:
        return once(rate) or once(rate)

    def once(rate: float) -> bool:
        trials.append(there.load(rate, seconds, seed=round(rate)))
        there.bench.say(
            f"{rate:5.0f} a second: p99 {trials[-1]['p99']} ms, {trials[-1]['good']} of {trials[-1]['requests']} good"
        )
        return good_enough(trials[-1])

    low, high = 0.0, float(first)
    while high <= HIGHEST_RATE and is_good(high):
        low, high = high, high * 1.5
    for _ in range(halvings):
        middle = round((low + high) / 2)
        low, high = (middle, high) if is_good(middle) else (low, middle)
    return trials


def overload(there: Pod) -> dict[str, Any]:
    """Measure the peak by a closed loop, then send three times as much for 15 s."""
    loop = ClosedLoop(there.serving.port, around(there.callers.lists()), connections=CONNECTIONS, statuses={200})
    try:
        peak = len(loop.run(seconds=TRIAL_SECONDS)) / TRIAL_SECONDS
    finally:
        loop.close()
    found = there.load(OVERLOAD * peak, 15, writes=0)
    there.bench.say(f"peak {peak:.0f} a second; at {OVERLOAD} times that {found}")
    return {"peak": round(peak, 1)} | found
