"""The start page: what is going on at a glance, also at 100,000 rows, and to whom it is shown."""

import statistics
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from tests.admin.staff import Staff
from tests.factories import TodoFactory, UserFactory
from tests.patience import patient
from todoproject.accounts.models import User
from todoproject.admin import figures
from todos.models import Todo


def shown(page: str) -> dict[str, str]:
    """Return the figures of a start page, {label: number}."""
    tiles = page.partition('<ul class="figures">')[2].partition("</ul>")[0].split("<strong>")[1:]
    pairs = (tile.split("</strong>") for tile in tiles)
    return {rest.partition("<span>")[2].partition("</span>")[0]: number for number, rest in pairs}


def test_the_counts_are_right_and_lead_to_their_lists(superuser: Staff, owner: User) -> None:
    now = timezone.now()
    TodoFactory.create(owner=owner, due_at=now - timedelta(minutes=1))
    TodoFactory.create(owner=owner, due_at=now + timedelta(minutes=1), created_at=now - timedelta(days=2))
    TodoFactory.create(owner=owner, completed=True, completed_at=now, due_at=now - timedelta(minutes=1))
    UserFactory.create(is_active=False)
    attempt = {"username": "ada", "ip_address": "192.0.2.1", "failures_since_start": 5}
    AccessAttempt.objects.create(**attempt)
    old = AccessAttempt.objects.create(**attempt | {"username": "bob"})
    AccessAttempt.objects.filter(pk=old.pk).update(attempt_time=now - timedelta(hours=1))
    page = superuser.see("/admin/")
    assert list(shown(page).items()) == [
        ("open todos", "2"),
        ("overdue", "1"),
        ("created today", "2"),
        ("lock-outs now", "1"),
        ("locked users", "1"),
    ]
    for address in (part.partition('"')[0] for part in page.partition("figures")[2].split('<a href="')[1:6]):
        assert superuser.get(address).status_code == 200


def test_nobody_sees_counts_of_what_he_may_not_see(owner: User) -> None:
    assert shown(Staff(UserFactory.create(is_staff=True)).see("/admin/")) == {}


def test_an_app_registers_its_own_counts(reader: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    def source() -> Iterator[figures.Figure]:
        yield figures.Figure("things", 1234567, "/admin/")

    monkeypatch.setattr(figures, "_sources", {source: "todos.view_todo"})
    assert shown(reader.see("/admin/")) == {"things": "1,234,567"}


def test_the_colour_of_the_release_is_shown_where_there_is_one(reader: Staff, settings: Settings) -> None:
    assert "colour-" not in reader.see("/admin/")
    settings.COLOUR = "green"
    assert '<span class="colour colour-green"' in reader.see("/admin/")


def test_the_page_is_named_after_the_service(reader: Staff) -> None:
    page = reader.see("/admin/")
    assert "Todo service · operations" in page
    assert "<title>At a glance | Todo service</title>" in page


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_it_answers_within_200_ms_at_100_000_todos(superuser: Staff, owner: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO todos_todo (owner_id, title, description, completed, completed_at, due_at, created_at) "
            "SELECT %s, 'Todo ' || n, repeat('x', 100), n %% 2 = 0, CASE WHEN n %% 2 = 0 THEN now() END, "
            "now() + (n - 50000) * interval '1 minute', now() - n * interval '1 minute' "
            "FROM generate_series(1, 100000) n",
            [owner.pk],
        )
        cursor.execute("ANALYZE todos_todo")
    assert shown(superuser.see("/admin/"))["open todos"] == "50,000"
    seconds = []
    for _ in range(7):
        with CaptureQueriesContext(connection) as queries:
            started = time.thread_time()
            superuser.see("/admin/")
            # Our own processor time and the database's: what others do on this machine does not count twice.
            seconds.append(time.thread_time() - started + sum(float(query["time"]) for query in queries))
        assert len(queries) <= 6
    assert statistics.median(seconds) < patient(0.2), seconds
    Todo.objects.all().delete()
