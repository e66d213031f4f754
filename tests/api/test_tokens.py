"""Access tokens: who gets one, its claims, and the refusal of every other text."""

import json
import logging
import statistics
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from tests.api.client import ApiClient, parsed
from tests.api.forging import base64url, claims, forged, header_of, payload_of, unsigned
from tests.factories import UserFactory
from tests.sample import PLAIN
from todoproject.accounts import tokens
from todoproject.accounts.authentication import TokenAuthentication
from todoproject.accounts.models import RefreshFamily, User
from todoproject.accounts.refresh import login_session_begin
from todoproject.accounts.tokens import REQUIRED_CLAIMS, TokenError, issue_access, read_access
from todoproject.logs import context
from todoproject.logs.formatter import JsonFormatter
from todoproject.secrets.files import SecretText
from todoproject.settings import JWT_ISSUER

PATH = PLAIN.path
SAMPLE = {PLAIN.text: "A text"}
PASSWORD = " correct horse, battery staple "
NEW_RING = json.dumps([{"kid": "new", "key": base64url(bytes(range(32)))}])


class QuickHasher(PBKDF2PasswordHasher):
    """Django's own hasher, a tenth of its work: tens of milliseconds, still all of a login's time."""

    iterations = 100_000


@pytest.fixture(autouse=True)
def quick_hasher(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.{QuickHasher.__qualname__}"]


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory.create(username="ada", password=PASSWORD)


def login(anonymous: ApiClient, username: str = "ada", password: str = PASSWORD) -> dict[str, str]:
    response = anonymous.send("POST", "/auth/token", {"username": username, "password": password})
    assert response.status_code == 200, response.content
    return dict(parsed(response))


# ── Login ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_login_gives_two_tokens_and_the_access_token_works(ada: User, anonymous: ApiClient) -> None:
    tokens = login(anonymous)
    assert set(tokens) == {"access", "refresh"}
    assert ApiClient(tokens["access"]).send("GET", PATH).status_code == 200


def test_the_address_with_a_slash_is_the_same(ada: User, anonymous: ApiClient) -> None:
    response = anonymous.send("POST", "/auth/token/", {"username": "ada", "password": PASSWORD})
    assert response.status_code == 200


def test_tokens_are_kept_by_nobody(ada: User, anonymous: ApiClient) -> None:
    for password, status in ((PASSWORD, 200), ("wrong", 401)):
        response = anonymous.send("POST", "/auth/token", {"username": "ada", "password": password})
        assert (response.status_code, response["Cache-Control"]) == (status, "no-store")


def test_spaces_belong_to_the_password(ada: User, anonymous: ApiClient) -> None:
    response = anonymous.send("POST", "/auth/token", {"username": "ada", "password": PASSWORD.strip()})
    assert response.status_code == 401


def test_a_username_is_found_in_any_unicode_form(anonymous: ApiClient, db: None) -> None:
    UserFactory.create(username=User.normalize_username("zoë"), password=PASSWORD)
    assert login(anonymous, username="zoe\u0308")


def test_an_expired_token_in_the_header_does_not_hinder_a_login(ada: User) -> None:
    client = ApiClient(forged(claims(exp=int(time.time()) - 60)))
    assert login(client)


def test_wrong_password_unknown_user_and_inactive_user_get_the_same_answer(ada: User, anonymous: ApiClient) -> None:
    UserFactory.create(username="bob", password=PASSWORD, is_active=False)
    answers = []
    for username, password in (("ada", "wrong"), ("nobody", PASSWORD), ("bob", PASSWORD)):
        response = anonymous.send("POST", "/auth/token", {"username": username, "password": password})
        body = {name: value for name, value in parsed(response).items() if name != "request_id"}
        answers.append((response.status_code, response["WWW-Authenticate"], response["Content-Type"], body))
    assert answers[0][:3] == (401, 'Bearer realm="api"', "application/problem+json")
    assert answers[0] == answers[1] == answers[2]


def test_wrong_password_unknown_user_and_inactive_user_hash_once_each(
    ada: User, anonymous: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    UserFactory.create(username="bob", password=PASSWORD, is_active=False)
    hashed: list[str] = []
    original = QuickHasher.encode

    def counting(self: QuickHasher, password: str, salt: str, iterations: int | None = None) -> str:
        hashed.append(password)
        return original(self, password, salt, iterations)

    monkeypatch.setattr(QuickHasher, "encode", counting)
    for username, password in (("ada", "wrong"), ("nobody", PASSWORD), ("bob", PASSWORD)):
        hashed.clear()
        anonymous.send("POST", "/auth/token", {"username": username, "password": password})
        assert len(hashed) == 1, username


@pytest.mark.slow
def test_wrong_password_unknown_user_and_inactive_user_take_the_same_time(
    ada: User, anonymous: ApiClient, settings: Settings
) -> None:
    settings.LOGIN_RATE = "1000/minute"
    settings.AXES_FAILURE_LIMIT = 1000
    UserFactory.create(username="bob", password=PASSWORD, is_active=False)
    taken: dict[str, list[float]] = {"ada": [], "nobody": [], "bob": []}
    for _ in range(7):
        for username, seconds in taken.items():
            password = "wrong" if username == "ada" else PASSWORD
            # This thread's own processor time: other work on the machine does not count.
            start = time.thread_time()
            anonymous.send("POST", "/auth/token", {"username": username, "password": password})
            seconds.append(time.thread_time() - start)
    medians = [statistics.median(seconds) for seconds in taken.values()]
    # Without the hash one of them would be ten times faster.
    assert max(medians) < 1.5 * min(medians), taken


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/username", "/password"}),
        ({"username": "ada"}, {"/password"}),
        ({"username": "ada", "password": 5}, {"/password"}),
        ({"username": ["ada"], "password": "x"}, {"/username"}),
        ({"username": "a" * 151, "password": "x"}, {"/username"}),
        ({"username": "ada", "password": "x" * 1025}, {"/password"}),
        ({"username": "ada\0", "password": "x"}, {"/username"}),
        ([], {""}),
    ],
)
def test_a_login_that_is_no_login_is_a_400_with_pointers(
    anonymous: ApiClient, db: None, body: object, pointers: set[str]
) -> None:
    response = anonymous.send("POST", "/auth/token", body)
    assert response.status_code == 400
    assert {error["pointer"] for error in parsed(response)["errors"]} == pointers


def test_a_form_is_a_415_and_get_a_405(anonymous: ApiClient, db: None) -> None:
    assert anonymous.post("/auth/token", {"username": "ada", "password": PASSWORD}).status_code == 415
    response = anonymous.send("GET", "/auth/token")
    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")


# ── What a token says ────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_access_token_lives_ten_minutes_and_names_its_key(settings: Settings) -> None:
    token = issue_access(7)
    said = payload_of(token)
    assert said["exp"] - said["iat"] == 600
    assert (said["sub"], said["typ"], said["iss"], said["aud"]) == ("7", "access", JWT_ISSUER, JWT_ISSUER)
    assert header_of(token).keys() == {"alg", "kid", "typ"}
    assert read_access(token) == 7


def test_no_two_tokens_have_the_same_jti_a_random_uuid() -> None:
    identifiers = {uuid.UUID(payload_of(issue_access(7))["jti"]) for _ in range(100)}
    assert {each.version for each in identifiers} == {4}
    assert len(identifiers) == 100


# ── What is no token ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_forger_can_make_a_good_token() -> None:
    """Otherwise every refusal below would prove nothing."""
    assert read_access(forged(claims(sub="42"))) == 42


@pytest.mark.parametrize("claim", REQUIRED_CLAIMS)
def test_a_token_without_a_claim_is_refused(claim: str) -> None:
    with pytest.raises(TokenError):
        read_access(forged(claims(**{claim: None})))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another-service"},
        {"iss": [JWT_ISSUER]},
        {"aud": "another-service"},
        {"aud": [JWT_ISSUER]},
        {"exp": int(time.time()) - 1},
        {"exp": "soon"},
        {"exp": float("nan")},
        {"nbf": int(time.time()) + 3600},
        {"typ": "refresh"},
        {"typ": "ACCESS"},
        {"sub": 1},
        {"sub": "0"},
        {"sub": "-1"},
        {"sub": "1.0"},
        {"sub": " 1"},
        {"sub": "²"},
        {"sub": "\u0661"},
        {"sub": str(2**63)},
        {"sub": "9" * 5000},
        {"jti": 5},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(TokenError):
        read_access(forged(claims(**changes)))


def test_a_token_is_good_at_a_pod_whose_clock_lags() -> None:
    assert read_access(forged(claims(iat=int(time.time()) + 30))) == 1


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda: unsigned(forged(claims(), alg="none")), id="alg none without a signature"),
        pytest.param(lambda: forged(claims(), alg="none"), id="alg none with a signature"),
        pytest.param(lambda: forged(claims(), alg="HS512", digest="sha512"), id="HS512 with our key"),
        pytest.param(lambda: forged(claims(), alg="HS384", digest="sha384"), id="HS384 with our key"),
        pytest.param(lambda: forged(claims(), alg="RS256"), id="RS256"),
        pytest.param(lambda: forged(claims(), alg=None), id="no alg"),
        pytest.param(lambda: forged(claims(), alg=["HS256"]), id="a list of alg"),
        pytest.param(lambda: forged(claims(), key=b"x" * 32), id="another key"),
        pytest.param(lambda: forged(claims(), key=b""), id="an empty key"),
        pytest.param(lambda: forged(claims(), kid="unknown"), id="an unknown kid"),
        pytest.param(lambda: forged(claims(), kid=None), id="no kid"),
        pytest.param(lambda: forged(claims(), kid=5), id="a kid that is no text"),
        pytest.param(lambda: forged(claims(), kid=""), id="an empty kid"),
        pytest.param(lambda: forged(claims(), crit=["exp"]), id="a critical extension"),
        pytest.param(lambda: forged(claims(), b64=False), id="a detached payload"),
        pytest.param(lambda: unsigned(issue_access(1)), id="no signature"),
        pytest.param(lambda: issue_access(1)[:-2], id="a shortened signature"),
        pytest.param(lambda: forged(["no", "object"]), id="a payload that is a list"),
        pytest.param(lambda: forged("text"), id="a payload that is a text"),
        pytest.param(lambda: base64url(b"[" * 9000), id="deep nesting"),
        pytest.param(lambda: base64url(b"[" * 9000) + ".e30.e30", id="deep nesting in the header"),
        pytest.param(lambda: "", id="nothing"),
        pytest.param(lambda: "...", id="dots"),
        pytest.param(lambda: "\ud800.\ud800.\ud800", id="lone surrogates"),
        pytest.param(lambda: "ä.ö.ü", id="no ASCII"),
    ],
)
def test_a_forged_token_is_refused(token: Callable[[], str]) -> None:
    with pytest.raises(TokenError):
        read_access(token())


def test_a_refresh_token_is_no_access_token(ada: User) -> None:
    response = ApiClient(login_session_begin(ada).refresh).send("GET", PATH)
    assert response.status_code == 401


# ── At the API ───────────────────────────────────────────────────────────────────────────────────────────────────────
def answer_to(header: str | None) -> tuple[int, str, str]:
    """Return status, challenge and type of the answer to a request with this Authorization header."""
    response = ApiClient().send("GET", PATH, headers={} if header is None else {"Authorization": header})
    return response.status_code, response["WWW-Authenticate"], parsed(response)["type"]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "bearer x", "Bearer a b", "Bearer a.b.c", "Bearer \xe4.\xf6.\xfc"]
)
def test_a_wrong_token_is_a_401_that_says_so(header: str) -> None:
    assert answer_to(header) == (401, 'Bearer realm="api", error="invalid_token"', "/docs/errors/not-authenticated")


@pytest.mark.parametrize("header", [None, "", "Basic YWRhOng=", "Token abc"])
def test_without_a_token_the_401_names_no_error(header: str | None) -> None:
    assert answer_to(header) == (401, 'Bearer realm="api"', "/docs/errors/not-authenticated")


def test_the_scheme_is_read_in_any_case(user: User) -> None:
    response = ApiClient().send("GET", PATH, headers={"Authorization": f"bEARER {issue_access(user.pk)}"})
    assert response.status_code == 200


def test_the_caller_is_known_without_a_query() -> None:
    """No `db` fixture here: any query would raise."""
    request = Request(APIRequestFactory().get(PATH, headers={"Authorization": f"Bearer {issue_access(42)}"}))
    found = TokenAuthentication().authenticate(request)
    assert found is not None
    user, credentials = found
    assert (user.id, user.pk, user.is_authenticated, user.is_active, user.is_anonymous) == (42, 42, True, True, False)
    assert credentials is None
    assert context.user_id.get() == 42


# ── Logs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_no_password_and_no_token_is_logged(ada: User, anonymous: ApiClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        tokens = login(anonymous)
        anonymous.send("POST", "/auth/token", {"username": "ada", "password": "wrong-secret"})
        for _ in range(2):  # the second is a replay, which is logged
            anonymous.send("POST", "/auth/token/refresh", {"refresh": tokens["refresh"]})
            RefreshFamily.objects.update(last_used_at=timezone.now() - timedelta(minutes=1))
        ApiClient(tokens["access"]).send("GET", PATH)
        ApiClient(unsigned(tokens["access"])).send("GET", PATH)
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any("used twice" in line for line in lines)
    pieces = [PASSWORD.strip(), "wrong-secret", *tokens["access"].split(".")[1:], *tokens["refresh"].split(".")[1:]]
    assert [line for line in lines if any(piece in line for piece in pieces)] == []


def test_a_login_tells_the_access_line_who_it_was(ada: User, anonymous: ApiClient) -> None:
    login(anonymous)
    assert context.user_id.get() == ada.pk


# ── Tokens that were verified before ─────────────────────────────────────────────────────────────────────────────────
def test_a_token_that_was_good_is_refused_from_its_end_on(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    token, now = issue_access(7), time.time()
    assert read_access(token) == read_access(token) == 7
    monkeypatch.setattr(time, "time", lambda: now + settings.ACCESS_TOKEN_SECONDS + 1)
    assert tokens.remembered(token) is None


def test_a_token_that_was_good_does_not_outlive_its_key(settings: Settings) -> None:
    token = issue_access(7)
    assert read_access(token) == 7
    settings.JWT_SIGNING_KEYS = SecretText("JWT_SIGNING_KEYS", NEW_RING)
    with pytest.raises(TokenError):
        read_access(token)


def test_a_key_that_goes_while_a_token_is_verified_takes_the_token_with_it(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    token, verified = issue_access(7), tokens._verified

    def rotated_meanwhile(text: str, kind: str) -> dict[str, Any]:
        claims = verified(text, kind)
        settings.JWT_SIGNING_KEYS = SecretText("JWT_SIGNING_KEYS", NEW_RING)
        return claims

    monkeypatch.setattr(tokens, "_verified", rotated_meanwhile)
    assert read_access(token) == 7
    assert tokens.remembered(token) is None


def test_a_token_that_was_refused_is_not_kept() -> None:
    token = forged(claims(exp=int(time.time()) - 60))
    with pytest.raises(TokenError):
        read_access(token)
    assert tokens.remembered(token) is None


@pytest.mark.slow
def test_the_tokens_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_VERIFIED", 3)
    issued = [issue_access(number) for number in range(1, 9)]
    assert [read_access(token) for token in issued] == list(range(1, 9))
    assert 0 < sum(tokens.remembered(token) is not None for token in issued) <= 3
