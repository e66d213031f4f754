"""One client does the dearest thing that it may, all the time, to a pod of prod's size: the others do not notice."""

import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.patience import patient
from tests.process.conftest import Serve, Stage
from tests.process.gunicorn_process import Gunicorn
from tests.quota import NoQuotaError, quota

pytestmark = pytest.mark.slow

ADDRESSES, LOGINS_A_SECOND = 12, 2.0  # ten a minute each: LOGIN_RATE
SEARCHES_A_SECOND = 10.0  # API_RATE
LISTS_A_SECOND, SECONDS = 20.0, 8.0
# A hundred places of each text are compared a hundred times.
COSTLY = "a" * 100 + "b"


@pytest.fixture(scope="module")
def gunicorn(serve_module: Serve) -> Iterator[Gunicorn]:
    """A pod of the smallest size with prod's settings: a quarter of a core, where the kernel can give that."""
    gunicorn = serve_module(WEB_THREADS="4", API_RATE="600/minute", TRUSTED_PROXY_HOPS="1")
    with ExitStack() as stack:
        with suppress(NoQuotaError):
            pod = stack.enter_context(quota(0.25, 512))
            pod.take(gunicorn.process.pid)
            stack.callback(gunicorn.kill)  # before the group goes
        yield gunicorn


def p99_of_lists(
    gunicorn: Gunicorn, caller: dict[str, str], attack: Callable[[int], int], rate: float
) -> tuple[float, list[int]]:
    """Ask for lists while `attack` is called `rate` times a second; return their p99 and the statuses of the attack."""
    seconds: list[float] = []
    statuses: list[int] = []

    def look(_: int) -> None:
        began = time.monotonic()
        assert gunicorn.ask("GET", "/notices?limit=20", headers=caller).status == 200
        seconds.append(time.monotonic() - began)

    def strike(number: int) -> None:
        statuses.append(attack(number))

    lists, strikes = round(LISTS_A_SECOND * SECONDS), round(rate * SECONDS)
    arrivals: list[tuple[float, Callable[[int], None], int]]
    arrivals = [(number / LISTS_A_SECOND, look, number) for number in range(lists)]
    arrivals += [(number / rate, strike, number) for number in range(strikes)]
    threads: list[threading.Thread] = []
    began = time.monotonic()
    for at, ask, number in sorted(arrivals, key=lambda arrival: arrival[0]):
        time.sleep(max(0.0, began + at - time.monotonic()))
        threads.append(threading.Thread(target=ask, args=[number]))
        threads[-1].start()
    for thread in threads:
        thread.join(timeout=60)
    assert (len(seconds), len(statuses)) == (lists, strikes)
    return statistics.quantiles(seconds, n=100)[98], statuses


def test_lists_stay_fast_while_logins_arrive_at_their_limit(gunicorn: Gunicorn, caller: dict[str, str]) -> None:
    def log_in(number: int) -> int:
        headers = {"Content-Type": "application/json", "X-Forwarded-For": f"198.51.100.{number % ADDRESSES}"}
        body = json.dumps({"username": f"nobody-{number}", "password": "wrong"})
        return gunicorn.ask("POST", "/auth/token", body, headers).status

    p99, statuses = p99_of_lists(gunicorn, caller, log_in, LOGINS_A_SECOND)
    assert set(statuses) <= {401, 429}
    assert statuses.count(401) >= SECONDS / 4  # the bulkhead is no wall
    assert p99 < patient(0.3), statuses


@pytest.fixture
def costly_texts(stage: Stage) -> Iterator[None]:
    with stage.server.connect("service") as connection:
        connection.execute(
            "INSERT INTO conformance_notice (text, details) SELECT repeat('a', 200), '' FROM generate_series(1, 50000)"
        )
        yield
        connection.execute("DELETE FROM conformance_notice WHERE text = repeat('a', 200)")


@pytest.mark.usefixtures("costly_texts")
def test_lists_stay_fast_while_one_user_searches_as_dearly_as_they_can(
    gunicorn: Gunicorn, caller: dict[str, str], stage: Stage
) -> None:
    token = stage.token("searcher")

    def search(_: int) -> int:
        return gunicorn.ask("GET", f"/notices?q={COSTLY}", headers={"Authorization": f"Bearer {token}"}).status

    p99, statuses = p99_of_lists(gunicorn, caller, search, SEARCHES_A_SECOND)
    assert set(statuses) == {422, 429}
    assert p99 < patient(0.5), statuses
