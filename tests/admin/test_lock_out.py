"""Brute force on the admin and on /auth/token: lock-outs, closed accounts, and how staff lifts them."""

import re
import threading
import time
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from tests.admin.staff import Staff
from tests.api.client import HANDLER, ApiClient, parsed
from tests.api.threads import threads
from tests.factories import UserFactory
from todoproject.accounts import lockout
from todoproject.accounts.lockout import client_address
from todoproject.accounts.models import FailedLogin, User
from todoproject.throttling.memory import Places
from todoproject.throttling.models import Counter

# Together they take more than two seconds.
pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery staple"
FAILED = "/admin/accounts/failedlogin/"
USERS = "/admin/accounts/user/"
ADDRESS = "192.0.2.1"


class QuickHasher(PBKDF2PasswordHasher):
    """Counts what it hashes."""

    iterations = 1
    hashed: list[str] = []

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        self.hashed.append(password)
        return super().encode(password, salt, iterations)


@pytest.fixture(autouse=True)
def rates(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.{QuickHasher.__qualname__}"]
    settings.LOGIN_RATE = "1000/minute"  # tests/api/test_throttling.py is about the other limit


@pytest.fixture
def soon_closed(settings: Settings) -> None:
    """Close an account after the sixth failure. Production waits for thirty, which would take thirty hashes."""
    settings.LOGIN_ACCOUNT_RATE = "6/hour"


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory.create(username="ada", password=PASSWORD, is_staff=True)


def api(password: str, username: str = "ada", address: str = ADDRESS, **headers: str) -> Any:
    client = ApiClient()
    client.defaults["REMOTE_ADDR"] = address
    return client.send("POST", "/auth/token", {"username": username, "password": password}, headers=headers)


def admin(password: str, username: str = "ada", address: str = ADDRESS) -> Any:
    client = Client(raise_request_exception=False)
    client.handler = HANDLER
    return client.post("/admin/login/", {"username": username, "password": password}, REMOTE_ADDR=address)


def lock() -> None:
    for _ in range(5):
        api("wrong")


def spray(count: int, username: str = "ada", way_in: Any = api) -> list[int]:
    """Try a wrong password from a new address each time."""
    return [way_in("wrong", username, f"198.51.100.{number}").status_code for number in range(count)]


# ── Locked out ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_api_answers_a_problem_that_says_when(ada: User) -> None:
    answers = [api("wrong") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [401] * 4 + [429] * 3
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert parsed(answers[-1])["type"] == "/docs/errors/too-many-requests"
    assert 840 <= int(answers[-1]["Retry-After"]) <= 900


def test_the_admin_shows_a_page_that_says_who_can_help(ada: User) -> None:
    answers = [admin("a-typed-password") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    assert "a-typed-password" not in str(list(AccessAttempt.objects.values()))
    page = answers[-1].content.decode()
    assert answers[-1]["Content-Type"].startswith("text/html")
    assert 840 <= int(answers[-1]["Retry-After"]) <= 900
    assert "locked for 15 minutes" in page
    assert "Failed logins" in page
    assert "default-src 'self'" in answers[-1]["Content-Security-Policy"]
    assert answers[-1]["X-Frame-Options"] == "DENY"


def test_admin_and_api_count_together_and_then_do_not_even_look_at_the_right_password(ada: User) -> None:
    statuses = [way_in("wrong").status_code for way_in in (api, admin, api, admin, admin)]
    assert statuses == [401, 200, 401, 200, 429]
    QuickHasher.hashed.clear()
    for answer in (api(PASSWORD), admin(PASSWORD)):
        assert (answer.status_code, "sessionid" in answer.cookies) == (429, False)
    assert QuickHasher.hashed == []


def test_a_lock_out_does_not_tell_whether_the_user_exists(ada: User, soon_closed: None) -> None:
    UserFactory.create(username="bob", password=PASSWORD, is_active=False)

    def described(answer: Any) -> tuple[Any, ...]:
        body = {name: value for name, value in parsed(answer).items() if name != "request_id"}
        body["detail"] = re.sub(r"\d+ seconds", "… seconds", body["detail"])  # a second may pass between two users
        return answer.status_code, answer["Content-Type"], sorted(set(answer.headers) - {"X-Request-ID"}), body

    seen: list[list[Any]] = []
    for username in ("ada", "nobody", "bob"):
        seen.append([described(api("wrong", username)) for _ in range(6)] + spray(3, username))
    assert seen[0] == seen[1] == seen[2]


# ── Whom it hits ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_another_user_and_another_address_are_not_hindered_but_another_browser_or_host_of_the_same_subscriber(
    ada: User,
) -> None:
    UserFactory.create(username="grace", password=PASSWORD)
    for number in range(5):
        api("wrong", address=f"2001:db8:0:1::{number:x}", **{"User-Agent": f"browser {number}"})
    assert AccessAttempt.objects.count() == 1
    assert api(PASSWORD, address="2001:db8:0:1::99", **{"User-Agent": "another"}).status_code == 429
    assert api(PASSWORD, "grace", address="2001:db8:0:1::99").status_code == 200
    for address in ("2001:db8:0:2::1", "192.0.2.2"):
        assert api(PASSWORD, address=address).status_code == 200
    for text in ("", "unix socket"):
        assert client_address(RequestFactory().get("/", REMOTE_ADDR=text)) is None


def test_an_address_that_tries_many_names_in_the_admin_is_refused_as_in_the_api(ada: User, settings: Settings) -> None:
    settings.LOGIN_RATE = "3/minute"
    assert [Client().get("/admin/login/").status_code for _ in range(4)] == [200] * 4  # a look is no attempt
    answers = [admin("Summer2026!", f"spray{number}") for number in range(4)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert "Too many logins" in answers[-1].content.decode()
    QuickHasher.hashed.clear()
    assert (admin(PASSWORD).status_code, api(PASSWORD).status_code) == (429, 429)
    assert QuickHasher.hashed == []
    assert admin(PASSWORD, address="192.0.2.2").status_code == 302


# ── Many addresses ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_account_that_many_addresses_try_is_closed_to_further_ones(ada: User) -> None:
    assert spray(33) == [401] * 30 + [429] * 3
    QuickHasher.hashed.clear()
    answer = api(PASSWORD, address="203.0.113.9")
    assert (answer.status_code, parsed(answer)["type"]) == (429, "/docs/errors/too-many-requests")
    assert 3500 <= int(answer["Retry-After"]) <= 3600
    refusal = admin(PASSWORD, address="203.0.113.9")
    assert (refusal.status_code, "Too many failed logins of this user" in refusal.content.decode()) == (429, True)
    assert QuickHasher.hashed == []


@pytest.mark.parametrize("way_in", [api, admin])
def test_the_user_of_a_closed_account_logs_in_from_a_known_network(ada: User, soon_closed: None, way_in: Any) -> None:
    assert way_in(PASSWORD).status_code in {200, 302}
    spray(7, way_in=way_in)
    assert api(PASSWORD, address="203.0.113.9").status_code == 429, "each way in counts for the account"
    assert api(PASSWORD).status_code == 200
    assert admin(PASSWORD).status_code == 302
    UserFactory.create(username="grace", password=PASSWORD)
    assert api(PASSWORD, "grace", "203.0.113.9").status_code == 200


def test_a_known_network_is_forgotten_after_thirty_days_and_an_account_is_open_after_its_window(
    ada: User, soon_closed: None
) -> None:
    api(PASSWORD)
    Counter.objects.filter(scope="known network").update(ends_at=timezone.now())
    spray(7)
    assert api(PASSWORD).status_code == 429
    Counter.objects.update(ends_at=timezone.now())
    assert api(PASSWORD).status_code == 200


def test_one_address_cannot_close_an_account_to_others(ada: User, soon_closed: None) -> None:
    assert {api("wrong").status_code for _ in range(12)} == {401, 429}
    assert api(PASSWORD, address="203.0.113.9").status_code == 200


def test_without_a_rate_no_account_is_closed(ada: User, settings: Settings) -> None:
    settings.LOGIN_ACCOUNT_RATE = ""
    assert spray(31) == [401] * 31


# ── Many at a time ───────────────────────────────────────────────────────────────────────────────────────────────────
class SlowHasher(QuickHasher):
    """Waits until the test lets it go on, and counts how many wait."""

    standing, most, go_on, arrived = 0, 0, threading.Event(), threading.Semaphore(0)

    def verify(self, password: str, encoded: str) -> bool:
        cls = type(self)
        cls.standing += 1
        cls.most = max(cls.most, cls.standing)
        cls.arrived.release()
        assert cls.go_on.wait(20)
        cls.standing -= 1
        return super().verify(password, encoded)


@pytest.mark.django_db(transaction=True)
def test_one_password_is_hashed_at_a_time_one_waits_and_further_ones_are_told_when_to_come_back(
    settings: Settings,
) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.{SlowHasher.__qualname__}"]
    UserFactory.create(username="ada", password=PASSWORD, is_staff=True)
    with threads() as pool:
        first = pool.start(lambda: api(PASSWORD).status_code)
        assert SlowHasher.arrived.acquire(timeout=20)
        second = pool.start(lambda: api(PASSWORD).status_code)
        while lockout._waiting._taken[""] < 2:
            time.sleep(0.01)
        third, page = api(PASSWORD), admin(PASSWORD)
        SlowHasher.go_on.set()
        assert (first.result(), second.result(), SlowHasher.most) == (200, 200, 1)
    assert (third.status_code, third["Retry-After"]) == (page.status_code, page["Retry-After"]) == (429, "1")
    assert parsed(third)["type"] == "/docs/errors/too-many-requests"
    assert "Too many people are logging in at this moment" in page.content.decode()
    assert api(PASSWORD).status_code == 200


# ── How it ends ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_lock_out_ends_after_a_quarter_of_an_hour_however_often_it_was_tried(ada: User, editor: Staff) -> None:
    lock()
    before = AccessAttempt.objects.values().get()
    api("wrong")
    admin(PASSWORD)
    assert AccessAttempt.objects.values().get() == before
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert ">ada</a>" not in editor.see(FAILED, state="locked")
    assert api(PASSWORD).status_code == 200


def test_a_login_resets_the_count(ada: User) -> None:
    for way_in in (api, admin):
        assert [api("wrong").status_code for _ in range(4)] == [401] * 4
        way_in(PASSWORD)
        assert not AccessAttempt.objects.exists()


def test_an_editor_lifts_it_and_no_reader_and_the_right_password_works_again(
    ada: User, editor: Staff, reader: Staff
) -> None:
    lock()
    assert '<span class="alarming">locked</span>' in reader.see(FAILED, state="locked")
    reader.act("lift", list(FailedLogin.objects.all()), path=FAILED)
    assert api(PASSWORD).status_code == 429
    answer = editor.act("lift", list(FailedLogin.objects.all()), path=FAILED)
    assert editor.told(answer) == ["1 lock-out lifted: logging in is possible again at once."]
    assert api(PASSWORD).status_code == 200
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr, entry.change_message) == (
        editor.user,
        f"ada from {ADDRESS}",
        "Lock-out lifted.",
    )


# ── Reopened ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("soon_closed")
def test_an_editor_reopens_an_account_to_unknown_networks_after_a_question(
    ada: User, editor: Staff, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    grace = UserFactory.create(username="grace")
    spray(7)
    question = editor.act("reopen", [ada, grace], path=USERS)
    page = question.content.decode()
    assert "Reopen 1 user to unknown networks?" in page
    assert "ada" in page
    assert api(PASSWORD).status_code == 429  # nothing was done yet
    with caplog.at_level("INFO", "audit"), django_capture_on_commit_callbacks(execute=True):
        answer = editor.confirm("reopen", [ada, grace], 1, path=USERS)
    (record,) = [record for record in caplog.records if getattr(record, "action", "") == "user.reopened"]
    assert record.targets == (str(ada.pk),)  # type: ignore[attr-defined]
    assert editor.told(answer)[0].startswith("1 user reopened to unknown networks.")
    assert api(PASSWORD).status_code == 200
    entry = LogEntry.objects.get()
    assert (entry.user_id, entry.object_repr, entry.change_message) == (
        editor.user.pk,
        "ada",
        "Reopened to unknown networks.",
    )


@pytest.mark.usefixtures("soon_closed")
def test_a_reader_reopens_nobody_and_an_editor_no_superuser_and_no_account_that_is_open(
    ada: User, reader: Staff, editor: Staff
) -> None:
    spray(5)
    answer = editor.act("reopen", [ada], path=USERS)
    assert editor.told(answer) == ["None of them is closed to unknown networks."]
    editor.confirm("reopen", [ada], 1, path=USERS)
    assert spray(1) == [401], "it has forgotten nothing: this was the sixth"
    reader.confirm("reopen", [ada], 1, path=USERS)
    User.objects.filter(pk=ada.pk).update(is_superuser=True)
    editor.confirm("reopen", [ada], 1, path=USERS)
    assert api(PASSWORD, address="203.0.113.9").status_code == 429
    assert not LogEntry.objects.exists()


# ── What is kept ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_impossible_user_name_is_no_internal_error(db: None) -> None:
    eighteen = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}"  # characters it is, once normalised
    for username in ("x" * 151, "x" * 256, eighteen * 150, "a\0b", "", "zoe\u0308"):
        assert admin("wrong", username).status_code == 200
        assert api("wrong", username).status_code in {400, 401}


@pytest.mark.django_db(transaction=True)
def test_failures_at_the_same_moment_are_all_counted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    # As in several pods: each hashes one at a time.
    monkeypatch.setattr(lockout, "_waiting", Places(4, ""))
    monkeypatch.setattr(lockout, "_hashing", nullcontext())
    UserFactory.create(username="ada", password=PASSWORD)
    settings.AXES_FAILURE_LIMIT = 100
    start = threading.Barrier(4, timeout=20)

    def fail() -> None:
        start.wait()
        for _ in range(3):
            api("wrong")

    with threads() as pool:
        for failing in [pool.start(fail) for _ in range(4)]:
            failing.result()
    assert AccessAttempt.objects.get().failures_since_start == 12
