"""The main run: everybody's slices take turns, round after round, so that a busy minute is nobody's alone."""

import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pattern.benchmarks.cpu import Used
from pattern.benchmarks.http_load import ClosedLoop
from pattern.benchmarks.requests_made import KINDS
from pattern.benchmarks.serving import Serving

CONNECTIONS = 8
WARM_UP_SECONDS = 0.3
NOISY_SHARE = 0.02


@dataclass(frozen=True)
class Slice:
    """One contender, one kind of request, some seconds. Times in seconds, percentiles in milliseconds."""

    requests: int
    seconds: float
    server: float
    postgresql: float
    client: float
    p50: float
    p99: float
    #: Share of the machine's cores that somebody else had.
    others: float

    @property
    def noisy(self) -> bool:
        return self.others > NOISY_SHARE

    def as_data(self) -> dict[str, Any]:
        return {name: round(value, 6) for name, value in asdict(self).items()}


def measured(requests: int, times: list[float], used: Used) -> Slice:
    """Return the slice in which `requests` took `times` (all, or none where nobody can say)."""
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
    return Slice(
        requests=requests,
        seconds=used.elapsed,
        server=used.server,
        postgresql=used.postgresql,
        client=used.client,
        p50=cuts[49] * 1000,
        p99=cuts[98] * 1000,
        others=used.others,
    )


def slice_of(  # noqa: PLR0913  each named
    serving: Serving,
    kind: str,
    requests: Iterator[bytes],
    *,
    seconds: float,
    postgresql: int,
    connections: int = CONNECTIONS,
) -> Slice:
    """Measure, after a moment of warming up; `postgresql` is the pid at the top of its processes."""
    loop = ClosedLoop(serving.port, requests, connections=connections, statuses={KINDS[kind].status})
    try:
        loop.run(seconds=WARM_UP_SECONDS)
        before = Used.now(serving.pid, postgresql)
        times = loop.run(seconds=seconds)
        used = Used.now(serving.pid, postgresql).since(before)
    finally:
        loop.close()
    return measured(len(times), times, used)
