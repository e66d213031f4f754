"""`manage.py prune` and `manage.py check_schema`."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.factories import UserFactory
from todoproject.accounts.models import RefreshFamily
from todoproject.idempotency.models import IdempotencyRecord
from todoproject.maintenance.management.commands import prune
from todoproject.throttling.models import Counter

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


def said(command: str) -> str:
    output = StringIO()
    call_command(command, stdout=output)
    return output.getvalue()


@pytest.mark.django_db
def test_prune_removes_what_has_expired_and_nothing_else() -> None:
    rows_with_expiry(PAST)
    rows_with_expiry(FUTURE)
    assert said("prune") == ("1 idempotency records removed\n1 login sessions removed\n1 throttle counters removed\n")
    assert [model.objects.count() for model in (IdempotencyRecord, RefreshFamily, Counter)] == [1, 1, 1]


@pytest.mark.django_db
def test_prune_goes_on_until_no_batch_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune, "BATCH_ROWS", 2)
    for _ in range(5):
        rows_with_expiry(PAST)
    assert prune.prune(Counter, "ends_at") == 5


@pytest.mark.django_db
def test_check_schema_accepts_a_database_that_knows_newer_migrations() -> None:
    MigrationRecorder(connection).record_applied("conformance", "9999_from_the_next_release")
    assert said("check_schema") == "The schema serves this image.\n"


@pytest.mark.django_db
def test_check_schema_names_the_migrations_that_are_missing() -> None:
    MigrationRecorder(connection).record_unapplied("idempotency", "0001_initial")
    with pytest.raises(CommandError, match=r"^migrations are not applied: idempotency\.0001_initial\.$"):
        said("check_schema")
