"""Rates: of logins in the database, for all workers and pods together; of the API in memory, as reads never write."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.api.client import ApiClient, parsed
from tests.api.threads import threads
from tests.factories import UserFactory
from tests.sample import PLAIN
from todoproject.accounts.models import User
from todoproject.throttling.memory import Windows
from todoproject.throttling.models import Counter
from todoproject.throttling.rates import ApiThrottle, count_one, network_of

PATH = PLAIN.path
CLIENT = ApiClient()
PASSWORD = "the first password"
ADDRESS = "192.0.2.1"


@pytest.fixture(autouse=True)
def rates_of_addresses_alone(settings: Settings, quick_hasher: None) -> None:
    settings.AXES_ENABLED = False  # tests/admin/test_lock_out.py: here the limit of an address is meant, not of a user
    ApiThrottle.windows.clear()


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory.create(username="ada", password=PASSWORD)


def attempt(password: str | None, address: str = ADDRESS) -> HttpResponse:
    """Try to log in from an address."""
    body = json.dumps({"username": "ada", "password": password})
    response = CLIENT.generic("POST", "/auth/token", body, content_type="application/json", REMOTE_ADDR=address)
    return cast(HttpResponse, response)


def end_windows() -> None:
    """Let all windows end, as time would."""
    Counter.objects.update(ends_at=timezone.now() - timedelta(seconds=1))


# ── Login ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_eleventh_login_in_a_minute_is_a_429_that_says_when(ada: User) -> None:
    assert [attempt("wrong").status_code for _ in range(10)] == [401] * 10
    response = attempt(PASSWORD)
    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 60
    assert response["Content-Type"] == "application/problem+json"
    assert parsed(response)["type"] == "/docs/errors/too-many-requests"
    assert response["Cache-Control"] == "no-store"


def test_logins_that_succeed_and_attempts_that_are_no_login_at_all_count_too(ada: User) -> None:
    assert [attempt(PASSWORD).status_code for _ in range(5)] == [200] * 5
    statuses = [attempt(None).status_code for _ in range(6)]
    assert statuses == [400] * 5 + [429]


def test_an_address_may_try_again_when_its_window_has_ended_however_often_it_tried(ada: User) -> None:
    for _ in range(11):
        attempt("wrong")
    ends_at = Counter.objects.get().ends_at
    attempt("wrong")
    assert Counter.objects.get().ends_at == ends_at
    assert ADDRESS not in str(Counter.objects.values().get())
    end_windows()
    assert attempt(PASSWORD).status_code == 200


def test_another_address_is_not_hindered_but_for_that_of_the_same_ipv6_subscriber(ada: User) -> None:
    statuses = [attempt("wrong", address=f"2001:db8:0:1::{number:x}").status_code for number in range(11)]
    assert statuses == [401] * 10 + [429]
    for other in ("2001:db8:0:2::1", "192.0.2.2"):
        assert attempt(PASSWORD, address=other).status_code == 200


def test_an_address_belongs_to_a_subscriber() -> None:
    whose = {"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:0:1:2:3:4:5": "2001:db8:0:1::/64"}
    whose |= {"": "unknown", "unix socket": "unix socket"}
    assert {address: network_of(address) for address in whose} == whose


def test_refreshing_is_not_a_login(db: None, settings: Settings) -> None:
    settings.LOGIN_RATE = "2/minute"
    statuses = {CLIENT.send("POST", "/auth/token/refresh", {"refresh": "x"}).status_code for _ in range(3)}
    assert statuses == {401}


# ── The API ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_rate_holds_for_each_user_alone(api: ApiClient, other_api: ApiClient, settings: Settings) -> None:
    settings.API_RATE = "2/hour"
    answers = [api.send("GET", PATH) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert parsed(answers[2])["type"] == "/docs/errors/too-many-requests"
    assert 3500 <= int(answers[2]["Retry-After"]) <= 3600
    assert other_api.send("GET", PATH).status_code == 200


@pytest.mark.parametrize("rate", ["", "100/minute"])
def test_a_rate_costs_no_query(
    api: ApiClient, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries, rate: str
) -> None:
    settings.API_RATE = rate
    with django_assert_num_queries(1):
        assert api.send("GET", PATH).status_code == 200
    assert not Counter.objects.exists()


def test_a_preflight_and_a_caller_without_a_token_are_not_counted(
    api: ApiClient, anonymous: ApiClient, settings: Settings
) -> None:
    settings.API_RATE = "1/hour"
    assert api.send("OPTIONS", PATH).status_code == 204
    assert [anonymous.send("GET", PATH).status_code for _ in range(2)] == [401, 401]
    assert [api.send("GET", PATH).status_code for _ in range(2)] == [200, 429]


def test_requests_may_come_again_when_the_window_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    windows, now = Windows(), 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    assert [windows.count("ada", 60) for _ in range(2)] == [(1, 60.0), (2, 60.0)]
    now = 160.0
    assert windows.count("ada", 60) == (1, 60.0)


class SlowlyRead(dict[str, tuple[int, float]]):
    """Lets other threads run between reading a window and counting."""

    def get(self, *words: Any) -> Any:
        found = super().get(*words)
        time.sleep(0.001)
        return found


def test_requests_at_the_same_moment_in_several_threads_are_all_counted_in_memory() -> None:
    windows = Windows()
    windows._windows = SlowlyRead()
    with ThreadPoolExecutor(8) as pool:
        counted = pool.map(lambda _: windows.count("ada", 60).number, range(40))
    assert sorted(counted) == list(range(1, 41))


def test_the_windows_in_memory_are_bounded() -> None:
    windows = Windows(most=100)
    for number in range(1000):
        windows.count(str(number), 60)
    assert len(windows._windows) <= 100


# ── The counter ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_on_several_connections_are_all_counted() -> None:
    start = threading.Barrier(8, timeout=60)

    def count() -> list[int]:
        start.wait()
        return [count_one("login", ADDRESS, seconds=60).number for _ in range(10)]

    with threads() as pool:
        counts = [pool.start(count) for _ in range(8)]
        assert sorted(number for each in counts for number in each.result()) == list(range(1, 81))


def test_a_new_window_clears_away_those_that_have_ended(db: None) -> None:
    for number in range(5):
        assert 59 < count_one("login", f"192.0.2.{number}", seconds=60).seconds_left <= 60
    end_windows()
    count_one("login", "198.51.100.1", seconds=60)
    assert Counter.objects.count() == 1
