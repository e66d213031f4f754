"""The list of todos: found by owner, state, dates and words, and never counted further than anybody reads."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.admin.staff import TODOS, Staff
from tests.factories import TodoFactory, UserFactory
from todoproject.accounts.models import User
from todoproject.admin import paginator
from todos.models import Todo


def titles(page: str) -> set[str]:
    """Return which of the todos of this file a page shows."""
    return {todo.title for todo in Todo.objects.all() if f">{todo.title}</a>" in page}


@pytest.fixture
def todos(owner: User) -> None:
    now = timezone.now()
    grace = UserFactory.create(username="grace")
    TodoFactory.create(owner=owner, title="open")
    TodoFactory.create(owner=owner, title="late", due_at=now - timedelta(hours=1))
    TodoFactory.create(owner=owner, title="done", completed=True, completed_at=now, due_at=now - timedelta(hours=1))
    TodoFactory.create(owner=grace, title="hers", due_at=now + timedelta(days=3), description="needle")
    TodoFactory.create(owner=grace, title="old", created_at=datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"open", "late", "done", "hers", "old"}),
        ({"state": "open"}, {"open", "late", "hers", "old"}),
        ({"state": "overdue"}, {"late"}),
        ({"state": "completed"}, {"done"}),
        ({"state": "unheard-of"}, {"open", "late", "done", "hers", "old"}),
        ({"q": "needle"}, {"hers"}),
        ({"q": "GRACE"}, {"hers", "old"}),
        ({"q": "grace needle"}, {"hers"}),
        ({"created_at_from": "2026-01-31", "created_at_until": "2026-01-31"}, {"old"}),
        ({"created_at_until": "2026-01-30"}, set()),
        ({"created_at_from": "2026-02-01"}, {"open", "late", "done", "hers"}),
    ],
)
def test_a_list_shows(reader: Staff, todos: None, query: dict[str, str], found: set[str]) -> None:
    assert titles(reader.see(TODOS, **query)) == found


def test_filters_narrow_together_and_travel_with_each_other(reader: Staff, todos: None, owner: User) -> None:
    page = reader.see(TODOS, owner__id__exact=str(owner.pk), state="open", q="e")
    assert titles(page) == {"open", "late"}
    assert '<input type="hidden" name="state" value="open">' in page
    assert '<input type="hidden" name="q" value="e">' in page
    assert f'<option value="{owner.pk}" selected>ada</option>' in page


def test_due_dates_are_a_range_too(reader: Staff, todos: None) -> None:
    day = f"{timezone.now() + timedelta(days=3):%Y-%m-%d}"
    assert titles(reader.see(TODOS, due_at_from=day, due_at_until=day)) == {"hers"}


@pytest.mark.parametrize(
    "query",
    [
        {"owner__id__exact": "x"},
        {"owner__id__exact": "99999999999999999999"},
        {"created_at_from": "yesterday"},
        {"created_at_until": "9999-12-31"},
        {"due_at_from": "2026-02-30"},
    ],
)
def test_a_filter_that_means_nothing_leads_back_to_the_whole_list(reader: Staff, query: dict[str, str]) -> None:
    for path in (TODOS, f"{TODOS}export/"):
        assert reader.get(path, query).status_code == 302


REFUSED_LOOKUPS = [
    f"/admin/todos/todo/{page}?{query}"
    for page in ("", "export/")
    for query in ("title=%00", "title__regex=(", "due_at__year=0", "id__range=1", "state=open&title__contains=%00")
] + [
    "/admin/accounts/user/?username=%00",
    "/admin/accounts/failedlogin/?ip_address=x",
    "/admin/admin/logentry/?object_id=%00",
    "/admin/auth/group/?name=%00",
]


@pytest.mark.django_db(transaction=True)  # PostgreSQL itself refuses a regular expression
@pytest.mark.parametrize("path", REFUSED_LOOKUPS)
def test_a_lookup_in_the_address_that_cannot_be_asked_leads_back_too(superuser: Staff, owner: User, path: str) -> None:
    TodoFactory.create(owner=owner)
    assert superuser.get(path).status_code == 302
    if "export" not in path:
        assert superuser.post(path, {"action": "complete", "_selected_action": "1", "index": "0"}).status_code == 302


@pytest.mark.parametrize("query", [{}, {"state": "open"}, {"q": "x"}, {"o": "1"}])
def test_a_fault_of_ours_in_a_list_is_a_500_and_logged_with_its_traceback(
    reader: Staff, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, query: dict[str, str]
) -> None:
    def broken(_: object) -> int:
        raise ValueError

    monkeypatch.setattr(paginator.BoundedPaginator, "_counted", property(broken))
    assert reader.get(TODOS, query).status_code == 500
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ValueError]


def test_no_owner_has_a_nul_in_his_name(reader: Staff, owner: User) -> None:
    query = {"app_label": "todos", "model_name": "todo", "field_name": "owner", "term": "a\0"}
    assert json.loads(reader.see("/admin/autocomplete/", **query))["results"] == []


def test_owners_are_found_as_they_are_typed(reader: Staff, owner: User) -> None:
    UserFactory.create_batch(3)
    query = {"app_label": "todos", "model_name": "todo", "field_name": "owner", "term": "AD"}
    answer = json.loads(reader.see("/admin/autocomplete/", **query))
    assert answer == {"results": [{"id": str(owner.pk), "text": "ada"}], "pagination": {"more": False}}


# ── What a list costs ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_list_costs_the_same_queries_however_many_rows_it_shows(reader: Staff, todos: None) -> None:
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            reader.see(TODOS)
        return [query["sql"] for query in captured]

    few = len(queries())
    for owner in UserFactory.create_batch(10):
        TodoFactory.create_batch(3, owner=owner)
    many = queries()
    assert len(many) == few
    counting = [sql for sql in many if "COUNT(" in sql]
    assert len(counting) == 1
    assert "LIMIT 10001" in counting[0]


def test_counting_ends_where_nobody_reads_further(reader: Staff, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paginator, "MOST_ROWS", 150)
    Todo.objects.bulk_create(Todo(owner=owner, title="x") for _ in range(151))
    page = " ".join(reader.see(TODOS).split())
    assert "more than 150 todos" in page
    assert "Select all (more than 150) todos" in page
    assert reader.get(TODOS, {"p": "2"}).status_code == 200
    assert reader.get(TODOS, {"p": "3"}).status_code == 302
    Todo.objects.first().delete()  # type: ignore[union-attr]
    page = " ".join(reader.see(TODOS).split())
    assert "more than" not in page
    assert "Select all 150 todos" in page
