"""A search is bounded: one user's searches take neither the database nor the threads from the others."""

import time
from contextlib import ExitStack

import pytest
from django.db import connection
from pytest_django import Settings

from tests.api.client import ApiClient, parsed
from tests.patience import patient
from todoproject.accounts.models import User
from todoproject.api import searching
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
