"""Rates: of logins in the database, for all workers and pods together; of the API in memory, as reads never write."""

import json
import threading
import time
from datetime import timedelta
from typing import cast

import pytest
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.api.client import ApiClient, parsed
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
def quick_hasher(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.AXES_ENABLED = False  # tests/admin/test_lock_out.py: here the limit of an address is meant, not of a user
    ApiThrottle.windows.clear()


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory.create(username="ada", password=PASSWORD)


def attempt(password: str, address: str = ADDRESS) -> HttpResponse:
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


def test_logins_that_succeed_count_too(ada: User) -> None:
    assert [attempt(PASSWORD).status_code for _ in range(11)] == [200] * 10 + [429]


def test_attempts_that_are_no_login_at_all_count_too(db: None) -> None:
    statuses = [CLIENT.send("POST", "/auth/token", {}).status_code for _ in range(11)]
    assert statuses == [400] * 10 + [429]


def test_an_address_may_try_again_when_its_window_has_ended(ada: User) -> None:
    for _ in range(11):
        attempt("wrong")
    end_windows()
    assert attempt(PASSWORD).status_code == 200


def test_attempts_while_refused_do_not_prolong_the_wait(ada: User) -> None:
    for _ in range(11):
        attempt("wrong")
    ends_at = Counter.objects.get().ends_at
    attempt("wrong")
    assert Counter.objects.get().ends_at == ends_at


def test_another_address_is_not_hindered(ada: User) -> None:
    for _ in range(11):
        attempt("wrong")
    assert attempt(PASSWORD, address="192.0.2.2").status_code == 200


def test_addresses_of_one_ipv6_subscriber_count_together(ada: User) -> None:
    statuses = [attempt("wrong", address=f"2001:db8:0:1::{number:x}").status_code for number in range(11)]
    assert statuses == [401] * 10 + [429]
    assert attempt(PASSWORD, address="2001:db8:0:2::1").status_code == 200


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("", "unknown"),
        ("unix socket", "unix socket"),
    ],
)
def test_an_address_belongs_to(address: str, whose: str) -> None:
    assert network_of(address) == whose


def test_refreshing_is_not_a_login(db: None) -> None:
    statuses = {CLIENT.send("POST", "/auth/token/refresh", {"refresh": "x"}).status_code for _ in range(11)}
    assert statuses == {401}


# ── The API ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_without_a_rate_the_api_counts_nothing(
    api: ApiClient, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.API_RATE = ""
    with django_assert_num_queries(1):
        assert api.send("GET", PATH).status_code == 200
    assert not Counter.objects.exists()


def test_a_rate_holds_for_each_user_alone(api: ApiClient, other_api: ApiClient, settings: Settings) -> None:
    settings.API_RATE = "2/hour"
    answers = [api.send("GET", PATH) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert parsed(answers[2])["type"] == "/docs/errors/too-many-requests"
    assert 3500 <= int(answers[2]["Retry-After"]) <= 3600
    assert other_api.send("GET", PATH).status_code == 200


def test_with_a_rate_a_request_costs_no_query_more(
    api: ApiClient, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.API_RATE = "100/minute"
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


def test_requests_at_the_same_moment_in_several_threads_are_all_counted_in_memory() -> None:
    windows, numbers = Windows(), list[int]()
    threads = [
        threading.Thread(target=lambda: numbers.extend(windows.count("ada", 60).number for _ in range(250)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(numbers) == list(range(1, 2001))


def test_the_windows_in_memory_are_bounded() -> None:
    windows = Windows(most=100)
    for number in range(1000):
        windows.count(str(number), 60)
    assert len(windows._windows) <= 100


# ── The counter ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_on_several_connections_are_all_counted() -> None:
    start = threading.Barrier(8, timeout=60)
    numbers: list[int] = []

    def count() -> None:
        try:
            start.wait()
            for _ in range(25):
                numbers.append(count_one("login", ADDRESS, seconds=60).number)
        finally:
            connection.close()

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert sorted(numbers) == list(range(1, 201))


def test_the_table_holds_no_address(ada: User) -> None:
    attempt("wrong")
    assert ADDRESS not in str(Counter.objects.values().get())


def test_a_new_window_clears_away_those_that_have_ended(db: None) -> None:
    for number in range(5):
        count_one("login", f"192.0.2.{number}", seconds=60)
    end_windows()
    count_one("login", "198.51.100.1", seconds=60)
    assert Counter.objects.count() == 1


def test_a_window_says_when_it_ends(db: None) -> None:
    assert 59 < count_one("login", ADDRESS, seconds=60).seconds_left <= 60
