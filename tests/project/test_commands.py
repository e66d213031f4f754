"""The commands `user`, `token`, `prune` and `check_schema` of manage.py, as scripts use them."""

import io
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.factories import UserFactory
from todoproject.accounts.models import RefreshFamily, User
from todoproject.accounts.refresh import login_session_begin, login_session_continue
from todoproject.accounts.tokens import TokenError, read_access
from todoproject.idempotency.models import IdempotencyRecord
from todoproject.maintenance.management.commands import prune
from todoproject.throttling.models import Counter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hasher")]

PASSWORD = "a long passphrase"


def run(*words: str, stdin: str = "") -> str:
    """Run a command and return what it wrote to standard output."""
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        call_command(*words, stdout=output)
    return output.getvalue()


# ── user ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_user_creates_an_ordinary_user() -> None:
    said = run("user", "ada", "--password-stdin", stdin=PASSWORD + "\n")
    assert said == "User ada was created.\n"
    user = User.objects.get(username="ada")
    assert user.check_password(PASSWORD)
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)


def test_user_replaces_the_password_of_an_existing_user_and_ends_the_sessions() -> None:
    user = UserFactory.create(username="ada", password="the former password")
    token = login_session_begin(user).refresh
    said = run("user", "ada", "--password-stdin", stdin=PASSWORD)
    assert said == "User ada exists: the password was replaced, login sessions end.\n"
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    with pytest.raises(TokenError):
        login_session_continue(token)
    assert RefreshFamily.objects.get().revoked_at is not None


def test_user_says_that_an_inactive_user_stays_so() -> None:
    UserFactory.create(username="ada", is_active=False)
    assert run("user", "ada", "--password-stdin", stdin=PASSWORD).endswith("The user stays inactive.\n")


def test_user_asks_for_the_password_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("todoproject.maintenance.management.commands.user.getpass", lambda _: PASSWORD)
    run("user", "ada")
    assert User.objects.get(username="ada").check_password(PASSWORD)


def test_user_cuts_one_newline_from_the_password_and_nothing_else() -> None:
    run("user", "ada", "--password-stdin", stdin=f" {PASSWORD} \n\n")
    assert User.objects.get(username="ada").check_password(f" {PASSWORD} \n")


@pytest.mark.parametrize(
    ("name", "password", "sentence"),
    [
        ("ada", "", "This password is too short"),
        ("ada", "short", "This password is too short"),
        ("ada", "password123", "This password is too common"),
        ("ada-lovelace", "ada-lovelace", "The password is too similar to the username"),
        ("a b", PASSWORD, "Enter a valid username"),
        ("", PASSWORD, "This field cannot be blank"),
        ("a" * 151, PASSWORD, "at most 150 characters"),
    ],
)
def test_user_refuses_with_a_sentence(name: str, password: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("user", name, "--password-stdin", stdin=password)
    assert not User.objects.exists()


# ── token ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_token_prints_a_valid_token_alone() -> None:
    user = UserFactory.create(username="ada")
    lines = run("token", "ada").splitlines()
    assert [read_access(line) for line in lines] == [user.pk]


def test_token_refuses_an_unknown_user() -> None:
    with pytest.raises(CommandError, match=r"^There is no user ada: `make user NAME=ada PASSWORD=…` creates one, or"):
        run("token", "ada")


def test_token_refuses_an_inactive_user() -> None:
    UserFactory.create(username="ada", is_active=False)
    with pytest.raises(CommandError, match=r"^User ada is inactive and gets no token\.$"):
        run("token", "ada")


# ── prune and check_schema ───────────────────────────────────────────────────────────────────────────────────────────
NOW = datetime.now(UTC)
PAST, FUTURE = NOW - timedelta(seconds=1), NOW + timedelta(hours=1)


def rows_with_expiry(expiry: datetime) -> None:
    user = UserFactory.create()
    IdempotencyRecord.objects.create(user=user, path="/notices", key="k", fingerprint="f", expires_at=expiry)
    Counter.objects.create(scope="login", identity=str(user.pk), count=1, ends_at=expiry)
    RefreshFamily.objects.create(
        user=user,
        current_jti=uuid4(),
        password_fingerprint="0" * 64,
        created_at=NOW - timedelta(days=8),
        expires_at=expiry,
    )


def test_prune_removes_what_has_expired_and_nothing_else() -> None:
    rows_with_expiry(PAST)
    rows_with_expiry(FUTURE)
    assert run("prune") == ("1 idempotency records removed\n1 login sessions removed\n1 throttle counters removed\n")
    assert [model.objects.count() for model in (IdempotencyRecord, RefreshFamily, Counter)] == [1, 1, 1]


def test_prune_goes_on_until_no_batch_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune, "BATCH_ROWS", 2)
    for _ in range(5):
        rows_with_expiry(PAST)
    assert prune.prune(Counter, "ends_at") == 5


def test_check_schema_accepts_a_database_that_knows_newer_migrations() -> None:
    MigrationRecorder(connection).record_applied("conformance", "9999_from_the_next_release")
    assert run("check_schema") == "The schema serves this image.\n"


def test_check_schema_names_the_migrations_that_are_missing() -> None:
    MigrationRecorder(connection).record_unapplied("idempotency", "0001_initial")
    with pytest.raises(CommandError, match=r"^migrations are not applied: idempotency\.0001_initial\.$"):
        run("check_schema")
