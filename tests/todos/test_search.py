"""Filters find what an oracle in plain Python says, and searches are bounded.

One user's searches take neither the database nor the threads from the others.
"""

import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from tests.api.client import ApiClient, parsed
from tests.api.paging import ids, page
from tests.api.rows import LETTERS, moments, replace_rows, rows_of
from tests.patience import patient
from tests.sample import SUBJECTS_BY_MODEL
from todoproject.accounts.models import User
from todoproject.api import searching
from todoproject.api.filters import SEARCH_CHARACTERS
from todos.models import Todo

pytestmark = pytest.mark.django_db

PRODS_MILLISECONDS = 250
FILL = """
    INSERT INTO todos_todo (owner_id, title, description, completed, created_at, updated_at, version)
    SELECT %s, 'Todo ' || n, repeat('a', 10000), false, now(), now(), 1 FROM generate_series(1, %s) AS n
"""
# Compared with a text of nothing but a, each place costs 199 comparisons.
COSTLY = "a" * 199 + "b"


def fill(user: User, rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [user.pk, rows])


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_search_that_takes_too_long_is_a_422_that_says_to_narrow_it(
    api: ApiClient, user: User, settings: Settings, method: str
) -> None:
    settings.SEARCH_MILLISECONDS = 50  # in production 250, and 20,000 texts take longer than that
    fill(user, 4000)
    began = time.monotonic()
    response = api.send(method, f"/todos?q={COSTLY}")
    assert time.monotonic() - began < patient(1)
    assert (response.status_code, parsed(response)["type"]) == (422, "/docs/errors/search-too-broad")
    assert "narrow" in parsed(response)["detail"]
    assert Todo.objects.count() == 4000
    assert api.send("GET", "/todos?limit=1").status_code == 200  # and the connection goes on


def test_a_search_over_two_thousand_long_texts_is_answered_in_time(
    api: ApiClient, user: User, settings: Settings
) -> None:
    settings.SEARCH_MILLISECONDS = round(patient(PRODS_MILLISECONDS))
    fill(user, 2000)
    for text in ("nothing like this", "Todo 1999"):
        assert api.send("GET", f"/todos?q={text}").status_code == 200


@pytest.mark.parametrize(("offset", "found"), [(0, 1), (1000 - len("needle"), 1), (1000 - len("needle") + 1, 0)])
def test_the_first_thousand_characters_of_a_text_are_searched(
    api: ApiClient, user: User, offset: int, found: int
) -> None:
    Todo.objects.create(owner=user, title="Long", description="x" * offset + "needle" + "y" * 50)
    assert len(parsed(api.send("GET", "/todos?q=NEEDLE"))) == found


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_one_user_holds_half_of_the_threads_with_searches_and_is_told_when_to_come_back(
    api: ApiClient, other_api: ApiClient, user: User, settings: Settings, method: str
) -> None:
    with ExitStack() as stack:
        for _ in range(settings.WEB_THREADS // 2):
            stack.enter_context(searching._searching.taken(str(user.pk)))
        response = api.send(method, "/todos?q=x")
        assert (response.status_code, response["Retry-After"]) == (429, "1")
        assert parsed(response)["type"] == "/docs/errors/too-many-requests"
        assert api.send("GET", "/todos").status_code == 200
        assert other_api.send("GET", "/todos?q=x").status_code == 200
    assert api.send("GET", "/todos?q=x").status_code == 200


def test_a_search_leaves_the_deadline_of_other_statements_as_it_is(
    api: ApiClient, settings: Settings, transactional_db: None
) -> None:
    settings.SEARCH_MILLISECONDS = PRODS_MILLISECONDS
    assert api.send("GET", "/todos?q=x").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("1min",)


# ── Against an oracle ────────────────────────────────────────────────────────────────────────────────────────────────
examples = settings(
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


@pytest.mark.slow
@examples
@given(rows=st.lists(todo_values, max_size=8), filters=any_filters)
def test_any_combination_of_filters_lists_what_the_oracle_says_and_deletes_the_same(
    api: ApiClient, rows: list[dict[str, Any]], filters: dict[str, Any]
) -> None:
    todos = replace_rows(api, rows)
    assert asked(api, filters) == meant(todos, filters)
    assert api.send("DELETE", as_query(filters).replace("ordering=created_at", "").rstrip("?&")).status_code == 204
    left = sorted(Todo.objects.filter(owner=api.user).values_list("pk", flat=True))
    assert left == sorted({todo.pk for todo in todos} - set(meant(todos, filters)))


@pytest.mark.slow
@examples
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


@pytest.mark.slow
@examples
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
