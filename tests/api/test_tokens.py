"""Access tokens: who gets one, its claims, and the refusal of every other text."""

import json
import logging
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
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
PASSWORD = " correct horse, battery staple "
NEW_RING = json.dumps([{"kid": "new", "key": base64url(bytes(range(32)))}])


@pytest.fixture(autouse=True)
def quick(quick_hasher: None) -> None:
    """Hash in no time: that each login hashes once is counted."""


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
    assert login(ApiClient(forged(claims(exp=0)))), "an expired token in the header does not hinder a login"
    assert context.user_id.get() == ada.pk  # for the access line
    assert ApiClient(tokens["access"]).send("GET", PATH).status_code == 200


def test_tokens_are_kept_by_nobody_and_spaces_belong_to_the_password(ada: User, anonymous: ApiClient) -> None:
    for path, password, status in (
        ("/auth/token", PASSWORD, 200),
        ("/auth/token/", PASSWORD, 200),
        ("/auth/token", "wrong", 401),
        ("/auth/token", PASSWORD.strip(), 401),
    ):
        response = anonymous.send("POST", path, {"username": "ada", "password": password})
        assert (response.status_code, response["Cache-Control"]) == (status, "no-store"), password


def test_a_username_is_found_in_any_unicode_form(anonymous: ApiClient, db: None) -> None:
    UserFactory.create(username=User.normalize_username("zoë"), password=PASSWORD)
    assert login(anonymous, username="zoe\u0308")


def test_wrong_password_unknown_user_and_inactive_user_get_the_same_answer_for_the_same_work(
    ada: User, anonymous: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash is nearly all that a login takes: where each makes one, their time is the same."""
    UserFactory.create(username="bob", password=PASSWORD, is_active=False)
    hashed: list[str] = []
    original = MD5PasswordHasher.encode

    def counting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return original(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    answers = []
    for username, password in (("ada", "wrong"), ("nobody", PASSWORD), ("bob", PASSWORD)):
        hashed.clear()
        response = anonymous.send("POST", "/auth/token", {"username": username, "password": password})
        body = {name: value for name, value in parsed(response).items() if name != "request_id"}
        answers.append((response.status_code, response["WWW-Authenticate"], response["Content-Type"], body))
        assert hashed == [password], username
    assert answers[0][:3] == (401, 'Bearer realm="api"', "application/problem+json")
    assert answers[0] == answers[1] == answers[2]


def test_a_login_that_is_no_login_is_a_400_with_pointers(anonymous: ApiClient, db: None) -> None:
    good = {"username": "ada", "password": "x"}
    wrong: dict[str, list[Any]] = {"username": [["ada"], "a" * 151, "ada\0"], "password": [5, "x" * 1025]}
    bodies: list[tuple[Any, set[str]]] = [({}, {"/username", "/password"}), ([], {""})]
    bodies += [(good | {name: value}, {f"/{name}"}) for name, values in wrong.items() for value in values]
    for body, pointers in bodies:
        response = anonymous.send("POST", "/auth/token", body)
        assert response.status_code == 400, body
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
    assert {uuid.UUID(payload_of(each)["jti"]).version for each in (token, issue_access(7))} == {4}
    assert payload_of(token)["jti"] != payload_of(issue_access(7))["jti"]


# ── What is no token ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_forger_can_make_a_good_token() -> None:
    """Otherwise every refusal below would prove nothing."""
    assert read_access(forged(claims(sub="42"))) == 42


WRONG_CLAIMS: list[Any] = [
    *({claim: None} for claim in REQUIRED_CLAIMS),
    *({"iss": value} for value in ("another-service", [JWT_ISSUER])),
    *({"aud": value} for value in ("another-service", [JWT_ISSUER])),
    *({"exp": value} for value in (int(time.time()) - 1, "soon", float("nan"))),
    {"nbf": 2**40},
    *({"typ": value} for value in ("refresh", "ACCESS")),
    *({"sub": value} for value in (1, "0", "-1", "1.0", " 1", "²", "\u0661", str(2**63), "9" * 5000)),
    {"jti": 5},
]


@pytest.mark.parametrize("changes", WRONG_CLAIMS)
def test_a_token_with_a_wrong_claim_or_without_it_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(TokenError):
        read_access(forged(claims(**changes)))


def test_a_token_is_good_at_a_pod_whose_clock_lags() -> None:
    assert read_access(forged(claims(iat=int(time.time()) + 30))) == 1


FORGED: dict[str, Callable[[], str]] = {
    "alg none without a signature": lambda: unsigned(forged(claims(), alg="none")),
    "alg none with a signature": lambda: forged(claims(), alg="none"),
    "HS512 with our key": lambda: forged(claims(), alg="HS512", digest="sha512"),
    "RS256": lambda: forged(claims(), alg="RS256"),
    "no alg": lambda: forged(claims(), alg=None),
    "a list of alg": lambda: forged(claims(), alg=["HS256"]),
    "another key": lambda: forged(claims(), key=b"x" * 32),
    "an empty key": lambda: forged(claims(), key=b""),
    "an unknown kid": lambda: forged(claims(), kid="unknown"),
    "no kid": lambda: forged(claims(), kid=None),
    "a kid that is no text": lambda: forged(claims(), kid=5),
    "a critical extension": lambda: forged(claims(), crit=["exp"]),
    "a detached payload": lambda: forged(claims(), b64=False),
    "no signature": lambda: unsigned(issue_access(1)),
    "a shortened signature": lambda: issue_access(1)[:-2],
    "a payload that is a list": lambda: forged(["no", "object"]),
    "a payload that is a text": lambda: forged("text"),
    "deep nesting": lambda: base64url(b"[" * 9000),
    "deep nesting in the header": lambda: base64url(b"[" * 9000) + ".e30.e30",
    "nothing": lambda: "",
    "dots": lambda: "...",
    "lone surrogates": lambda: "\ud800.\ud800.\ud800",
    "no ASCII": lambda: "ä.ö.ü",
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
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


def test_a_401_says_of_a_wrong_token_that_it_is_one(db: None) -> None:
    for header in ("Bearer", "Bearer ", "bearer x", "Bearer a b", "Bearer a.b.c", "Bearer \xe4.\xf6.\xfc"):
        challenge = 'Bearer realm="api", error="invalid_token"'
        assert answer_to(header) == (401, challenge, "/docs/errors/not-authenticated"), header
    for other in (None, "", "Basic YWRhOng=", "Token abc"):
        assert answer_to(other) == (401, 'Bearer realm="api"', "/docs/errors/not-authenticated"), other


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


def test_the_tokens_kept_are_bounded_and_none_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_VERIFIED", 3)
    issued = [issue_access(number) for number in range(1, 9)]
    assert [read_access(token) for token in issued] == list(range(1, 9))
    assert 0 < sum(tokens.remembered(token) is not None for token in issued) <= 3
    expired = forged(claims(exp=int(time.time()) - 60))
    with pytest.raises(TokenError):
        read_access(expired)
    assert tokens.remembered(expired) is None
