"""Filters, against an oracle in plain Python."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.api.client import ApiClient
from tests.api.paging import ids, page
from tests.api.rows import LETTERS, moments, replace_rows, rows_of
from tests.sample import SUBJECTS_BY_MODEL
from todoproject.api.filters import SEARCH_CHARACTERS
from todos.models import Todo

pytestmark = pytest.mark.slow

searching = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
todo_values = rows_of(SUBJECTS_BY_MODEL[Todo])
searched_texts = st.text(st.sampled_from(LETTERS), min_size=1, max_size=4)
any_filters = st.fixed_dictionaries(
    {}, optional={"completed": st.booleans(), "due_before": moments, "due_after": moments, "q": searched_texts}
)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def upper(text: str) -> str:
    """Return upper case letter by letter, as PostgreSQL does: `ß` stays, where Python alone makes it `SS`."""
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in text)


def matches(todo: Todo, filters: dict[str, Any]) -> bool:
    """Say whether `todo` is meant; the meaning of each filter in one line."""
    return (
        filters.get("completed", todo.completed) == todo.completed
        and ("due_before" not in filters or (todo.due_at is not None and todo.due_at < filters["due_before"]))
        and ("due_after" not in filters or (todo.due_at is not None and todo.due_at >= filters["due_after"]))
        and ("q" not in filters or any(upper(filters["q"]) in upper(text) for text in (todo.title, todo.description)))
    )


def as_query(filters: dict[str, Any]) -> str:
    texts = {
        name: value.isoformat()
        if isinstance(value, datetime)
        else str(value).lower()
        if value in (True, False)
        else value
        for name, value in filters.items()
    }
    return f"/todos?{urlencode(texts | {'ordering': 'created_at'})}"


def asked(api: ApiClient, filters: dict[str, Any]) -> list[int]:
    return sorted(ids(page(api, as_query(filters))[0]))


def meant(todos: list[Todo], filters: dict[str, Any]) -> list[int]:
    return sorted(todo.pk for todo in todos if matches(todo, filters))


@searching
@given(rows=st.lists(todo_values, max_size=8), filters=any_filters)
def test_any_combination_of_filters_lists_what_the_oracle_says_and_deletes_the_same(
    api: ApiClient, rows: list[dict[str, Any]], filters: dict[str, Any]
) -> None:
    todos = replace_rows(api, rows)
    assert asked(api, filters) == meant(todos, filters)
    assert api.send("DELETE", as_query(filters).replace("ordering=created_at", "").rstrip("?&")).status_code == 204
    left = sorted(Todo.objects.filter(owner=api.user).values_list("pk", flat=True))
    assert left == sorted({todo.pk for todo in todos} - set(meant(todos, filters)))


@searching
@given(rows=st.lists(todo_values, min_size=1, max_size=6), cut=st.data())
def test_any_part_of_a_title_or_description_finds_it_in_either_case(
    api: ApiClient, rows: list[dict[str, Any]], cut: st.DataObject
) -> None:
    # Beyond the letters of the oracle Unicode versions differ: a part is cut from texts of those alone.
    rows = [row | {"title": "".join(letter for letter in row["title"] if letter in LETTERS) or "a"} for row in rows]
    assume(all(row["title"].strip() for row in rows))
    todos = replace_rows(api, rows)
    text = cut.draw(st.sampled_from([text for row in rows for text in (row["title"], row["description"]) if text]))
    start = cut.draw(st.integers(0, len(text) - 1))
    part = text[start : cut.draw(st.integers(start + 1, min(len(text), start + SEARCH_CHARACTERS)))]
    filters = {"q": cut.draw(st.sampled_from([part, upper(part)]))}
    assert asked(api, filters) == meant(todos, filters) != []


@searching
@given(
    rows=st.lists(todo_values, min_size=1, max_size=6),
    moment=st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=zones),  # noqa: DTZ001  bounds have none
    distance=st.sampled_from([-1, 0, 1]),
)
def test_the_bounds_of_due_before_and_due_after_are_exact_in_any_zone(
    api: ApiClient, rows: list[dict[str, Any]], moment: datetime, distance: int
) -> None:
    due_at = moment.astimezone(UTC) + timedelta(microseconds=distance)
    todos = replace_rows(api, [*rows, rows[0] | {"due_at": due_at}])
    for name in ("due_before", "due_after"):
        assert asked(api, {name: moment}) == meant(todos, {name: moment})
