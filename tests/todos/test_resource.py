"""The members of a todo beyond what tests/api holds for every resource: texts, numbers, times, completion, filters."""

from datetime import UTC, datetime

import pytest
from django.utils.dateparse import parse_datetime

from tests.api.client import ApiClient, parsed
from tests.todos.factories import TodoFactory
from todoproject.accounts.models import User
from todos.models import Todo


def test_an_id_is_a_json_number_and_is_never_used_again(api: ApiClient) -> None:
    first = api.create()
    api.send("DELETE", first["url"])
    assert isinstance(first["id"], int)
    assert api.create()["id"] > first["id"]


def test_white_space_around_a_title_is_cut(api: ApiClient) -> None:
    assert api.create(title="\t\n\u2003 A title \u00a0 ")["title"] == "A title"


@pytest.mark.parametrize("title", ["x" * 200, " " * 50 + "x" * 100 + " " * 50, "🐘" * 200])
def test_a_title_may_have_200_characters_as_it_is_sent(api: ApiClient, title: str) -> None:
    assert api.create(title=title)["title"] == title.strip()


@pytest.mark.parametrize("description", ["", "  ", "x" * 10_000, "🐘" * 10_000])
def test_a_description_may_be_empty_or_10_000_characters_and_is_kept_as_it_is(api: ApiClient, description: str) -> None:
    assert api.create(description=description)["description"] == description


@pytest.mark.parametrize("order", [-(2**31), 0, 2**31 - 1, None])
def test_an_order_may_be_any_32_bit_integer_or_null(api: ApiClient, order: int | None) -> None:
    assert api.create(order=order)["order"] == order


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-12-01T10:00:00.123456+01:00", "2026-12-01T09:00:00.123456Z"),
        ("2026-12-01t10:00:00z", "2026-12-01T10:00:00Z"),
        ("2028-02-29T23:59:59-00:00", "2028-02-29T23:59:59Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("0001-01-01T02:00:00+02:00", "0001-01-01T00:00:00Z"),
    ],
)
def test_a_date_time_is_kept_as_utc(api: ApiClient, sent: str, kept: str) -> None:
    url = api.create(due_at=sent)["url"]
    assert parsed(api.send("GET", url))["due_at"] == kept


def test_a_todo_that_is_created_completed_was_completed_then(api: ApiClient) -> None:
    created = api.create(completed=True)
    assert created["completed_at"] == created["created_at"]


def test_completing_sets_the_moment_on_the_server(api: ApiClient) -> None:
    before = datetime.now(UTC)
    changed = parsed(
        api.send("PATCH", api.create()["url"], {"completed": True, "completed_at": "2001-01-01T00:00:00Z"})
    )
    moment = parse_datetime(changed["completed_at"])
    assert moment is not None
    assert before <= moment <= datetime.now(UTC)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_completing_again_keeps_the_first_moment(api: ApiClient, method: str) -> None:
    created = api.create(completed=True)
    changed = parsed(api.send(method, created["url"], {"title": "Still done", "completed": True}))
    assert changed["completed_at"] == created["completed_at"]


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"completed": False}), ("PUT", {"title": "Open again"})])
def test_reopening_clears_the_moment(api: ApiClient, method: str, body: dict[str, object]) -> None:
    changed = parsed(api.send(method, api.create(completed=True)["url"], body))
    assert (changed["completed"], changed["completed_at"]) == (False, None)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", []),
        ("?completed=true", ["later", "soon"]),
        ("?completed=false", ["done"]),
        ("?due_before=2026-06-01T00:00:00Z", ["done", "later"]),
        ("?due_after=2026-06-01T00:00:00Z", ["done", "soon"]),
        ("?q=LATE", ["done", "soon"]),
        ("?q=%25", ["done", "later", "soon"]),
        ("?completed=false&q=soon", ["done", "later"]),
    ],
)
def test_delete_of_the_collection_takes_what_the_filters_match(
    api: ApiClient, user: User, query: str, left: list[str]
) -> None:
    TodoFactory.create(owner=user, title="soon", due_at=datetime(2026, 1, 1, tzinfo=UTC))
    TodoFactory.create(owner=user, title="later", due_at=datetime(2026, 6, 1, tzinfo=UTC))
    TodoFactory.create(owner=user, title="done", completed=True, completed_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert api.send("DELETE", f"/todos{query}").status_code == 204
    assert sorted(Todo.objects.values_list("title", flat=True)) == left
