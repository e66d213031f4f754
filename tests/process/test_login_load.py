"""Logins arrive as fast as LOGIN_RATE lets them in, on a quarter of a core: those who are logged in do not notice."""

import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.patience import patient
from tests.process.conftest import Stage
from tests.process.gunicorn_process import Gunicorn
from tests.quota import NoQuotaError, quota

pytestmark = pytest.mark.slow

ADDRESSES, LOGINS_A_SECOND = 12, 2.0  # ten a minute each
LISTS_A_SECOND, SECONDS = 8.0, 20.0


@pytest.fixture
def gunicorn(stage: Stage, tmp_path: Path) -> Iterator[Gunicorn]:
    """A pod of the smallest size with prod's settings: a quarter of a core, where the kernel can give that."""
    variables = {"WEB_WORKERS": "1", "WEB_THREADS": "4", "API_RATE": "600/minute", "TRUSTED_PROXY_HOPS": "1"}
    gunicorn = Gunicorn({**stage.environment, **variables, "METRICS_PORT": "0"}, tmp_path / "log")
    try:
        gunicorn.wait_for(200)
        try:
            with quota(0.25, 512) as pod:
                pod.take(gunicorn.process.pid)
                yield gunicorn
                gunicorn.kill()
        except NoQuotaError:
            yield gunicorn
    finally:
        gunicorn.kill()


def test_lists_stay_fast_while_logins_arrive_at_their_limit(gunicorn: Gunicorn, caller: dict[str, str]) -> None:
    seconds: list[float] = []
    statuses: dict[str, list[int]] = {"list": [], "login": []}

    def look(_: int) -> None:
        began = time.monotonic()
        statuses["list"].append(gunicorn.ask("GET", "/notices?limit=20", headers=caller).status)
        seconds.append(time.monotonic() - began)

    def log_in(number: int) -> None:
        headers = {"Content-Type": "application/json", "X-Forwarded-For": f"198.51.100.{number % ADDRESSES}"}
        body = json.dumps({"username": f"nobody-{number}", "password": "wrong"})
        statuses["login"].append(gunicorn.ask("POST", "/auth/token", body, headers).status)

    threads: list[threading.Thread] = []
    arrivals: list[tuple[float, Callable[[int], None], int]]
    arrivals = [(number / LISTS_A_SECOND, look, number) for number in range(round(LISTS_A_SECOND * SECONDS))]
    arrivals += [(number / LOGINS_A_SECOND, log_in, number) for number in range(round(LOGINS_A_SECOND * SECONDS))]
    began = time.monotonic()
    for at, ask, number in sorted(arrivals, key=lambda arrival: arrival[0]):
        time.sleep(max(0.0, began + at - time.monotonic()))
        threads.append(threading.Thread(target=ask, args=[number]))
        threads[-1].start()
    for thread in threads:
        thread.join(timeout=60)
    p99 = statistics.quantiles(seconds, n=100)[98]
    assert set(statuses["list"]) == {200}
    assert set(statuses["login"]) <= {401, 429}
    assert statuses["login"].count(401) >= SECONDS / 4  # the bulkhead is no wall
    assert p99 < patient(0.3), statuses["login"]
