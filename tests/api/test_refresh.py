"""Refresh tokens: one use each; a replay ends the login session, and so does a user who may no longer log in."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.api.client import ApiClient, parsed
from tests.api.forging import claims, forged, payload_of
from tests.api.threads import threads
from tests.factories import UserFactory
from tests.sample import PLAIN
from todoproject.accounts import refresh
from todoproject.accounts.models import RefreshFamily, User
from todoproject.accounts.refresh import login_session_begin
from todoproject.accounts.tokens import RefreshClaims, issue_access, issue_refresh, read_access, read_refresh
from todoproject.logs import context

PATH = PLAIN.path
CLIENT = ApiClient()
INVALID = "The refresh token is not valid, or no longer: log in again."

pytestmark = pytest.mark.usefixtures("quick_hasher")


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory.create(username="ada", password="the first password")


def exchange(token: object, *, path: str = "/auth/token/refresh") -> dict[str, str]:
    """Use a refresh token; return the new pair."""
    response = CLIENT.send("POST", path, {"refresh": token})
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == "no-store"
    return dict(parsed(response))


def refused(token: object) -> bool:
    """Use a refresh token; return whether the answer is the one 401 that all of them get."""
    response = CLIENT.send("POST", "/auth/token/refresh", {"refresh": token})
    if response.status_code == 200:
        return False
    assert (response.status_code, parsed(response)["detail"]) == (401, INVALID)
    assert (response["WWW-Authenticate"], response["Cache-Control"]) == ('Bearer realm="api"', "no-store")
    return True


def ten_seconds_pass() -> None:
    """Let the time end in which a lost answer may be asked for again."""
    RefreshFamily.objects.update(last_used_at=timezone.now() - timedelta(seconds=10, milliseconds=1))


# ── One use ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_refresh_token_gives_a_new_pair_again_and_again_each_for_seven_days(ada: User) -> None:
    token = login_session_begin(ada).refresh
    for _ in range(3):
        pair = exchange(token)
        assert pair.keys() == {"access", "refresh"}
        assert read_access(pair["access"]) == ada.pk
        assert pair["refresh"] != token
        token = pair["refresh"]
        said = payload_of(token)
        assert said["exp"] - said["iat"] == 7 * 86_400
        assert abs(RefreshFamily.objects.get().expires_at.timestamp() - said["exp"]) < 60


def test_a_second_use_after_its_successor_was_used_revokes_the_family_at_once_the_newest_token_too(ada: User) -> None:
    first = login_session_begin(ada).refresh
    second = exchange(first)["refresh"]
    third = exchange(second)["refresh"]
    assert refused(first)
    assert refused(third)
    assert RefreshFamily.objects.get().revoked_at is not None


def test_a_lost_answer_may_be_asked_for_again_and_gives_the_same_successor(ada: User) -> None:
    token = login_session_begin(ada).refresh
    successors = [exchange(token)["refresh"] for _ in range(3)]
    assert len({read_refresh(each) for each in successors}) == 1
    assert RefreshFamily.objects.get().current_jti == read_refresh(successors[0]).jti
    assert exchange(successors[-1])


def test_a_replay_after_ten_seconds_ends_the_session(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    pair, other = login_session_begin(ada), login_session_begin(ada).refresh
    second = exchange(pair.refresh)["refresh"]
    ten_seconds_pass()
    assert refused(pair.refresh)
    assert context.user_id.get() == ada.pk
    assert refused(second)
    assert caplog.messages.count("A refresh token was used twice: its login session is revoked.") == 1
    assert ApiClient(pair.access).send("GET", PATH).status_code == 200, "access tokens live on: nobody asks"
    assert exchange(other), "another session of the user goes on"


def test_no_answer_is_given_again_to_a_session_that_has_ended(ada: User) -> None:
    token = login_session_begin(ada).refresh
    exchange(token)
    RefreshFamily.objects.update(revoked_at=timezone.now())
    assert refused(token)


@pytest.mark.django_db(transaction=True)
def test_two_uses_at_the_same_moment_get_the_same_successor(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read the family before either writes: the one UPDATE has to decide."""
    both_have_read = threading.Barrier(2, timeout=60)
    original = refresh._exchange

    def together(used: RefreshClaims, following: RefreshClaims) -> bool:
        both_have_read.wait()
        return original(used, following)

    monkeypatch.setattr(refresh, "_exchange", together)
    token = login_session_begin(ada).refresh
    with threads() as pool:
        answers = [
            pool.start(lambda: ApiClient().send("POST", "/auth/token/refresh", {"refresh": token})) for _ in range(2)
        ]
        successors = [parsed(answer.result())["refresh"] for answer in answers]
    monkeypatch.undo()
    assert len({read_refresh(each) for each in successors}) == 1
    assert exchange(successors[0])


# ── The user ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def change_password(user: User) -> None:
    user.set_password("the second password")
    user.save()


def deactivate(user: User) -> None:
    user.is_active = False
    user.save()


@pytest.mark.parametrize("event", [change_password, deactivate, User.delete])
def test_no_refresh_after(ada: User, event: Callable[[User], None]) -> None:
    token = login_session_begin(ada).refresh
    event(ada)
    assert refused(token)
    User.objects.filter(username="ada").update(is_active=True)
    assert refused(token), "it stays closed when the user is active again"


def test_a_login_with_the_new_password_can_be_refreshed(ada: User) -> None:
    change_password(ada)
    response = CLIENT.send("POST", "/auth/token", {"username": "ada", "password": "the second password"})
    assert exchange(parsed(response)["refresh"])


def test_a_login_clears_away_the_users_expired_sessions(ada: User) -> None:
    login_session_begin(ada)
    now = timezone.now()
    RefreshFamily.objects.update(created_at=now - timedelta(days=8), expires_at=now)
    login_session_begin(ada)
    assert RefreshFamily.objects.count() == 1


# ── What is no refresh token ─────────────────────────────────────────────────────────────────────────────────────────
def refresh_claims(**changes: object) -> dict[str, object]:
    return claims(**{"typ": "refresh", "fam": str(uuid.uuid4()), **changes})


def test_a_token_that_never_was_ours_is_refused(ada: User) -> None:
    changes: list[Any] = [
        {},  # of a family that nobody has
        *({"fam": value} for value in (None, "none", 5, ["x"])),
        *({"jti": "none"}, {"typ": "access"}, {"exp": 0}, {"sub": "0"}),
    ]
    assert [each for each in changes if not refused(forged(refresh_claims(**each)))] == []
    assert refused(issue_access(ada.pk))


def test_an_expired_refresh_token_is_refused(ada: User, settings: Settings) -> None:
    said = read_refresh(login_session_begin(ada).refresh)
    settings.REFRESH_TOKEN_SECONDS = -1
    assert refused(issue_refresh(said))


def test_a_token_of_another_users_family_is_refused_and_harms_nobody(ada: User) -> None:
    theirs = login_session_begin(ada).refresh
    mine = read_refresh(theirs)._replace(user_id=UserFactory.create().pk)
    assert refused(issue_refresh(mine))
    assert exchange(theirs)


def test_a_refresh_costs_two_queries_and_garbage_none(
    ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = login_session_begin(ada).refresh
    with django_assert_num_queries(2):
        exchange(token, path="/auth/token/refresh/")  # the same with a slash
    with django_assert_num_queries(0):
        assert refused(forged(refresh_claims(), key=b"x" * 32))


def test_a_body_without_a_token_is_a_400_that_points_at_it(db: None) -> None:
    for body in ({}, {"refresh": 5}, {"refresh": None}, {"refresh": ""}, {"refresh": "x" * 2049}):
        response = CLIENT.send("POST", "/auth/token/refresh", body)
        assert response.status_code == 400
        assert [error["pointer"] for error in parsed(response)["errors"]] == ["/refresh"]
