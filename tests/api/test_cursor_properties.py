"""For any rows: following the links gives each once, in the order that PostgreSQL gives without pages."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.client import ApiClient
from tests.api.paging import as_postgresql_sorts, ids, page, pages
from tests.api.resource.rows import replace_todos, todo_values
from tests.sample import ORDERINGS, PATH
from todoproject.accounts.models import User
from todos.models import Todo

pytestmark = pytest.mark.slow

# The fixtures (user, token) may serve all examples: each example replaces the user's todos. No deadline: the machine
# that runs the tests may be busy, and 20 requests take what they take.
walking = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
orderings = st.sampled_from(ORDERINGS)
some_rows = st.lists(todo_values, max_size=9)
two_rows = st.lists(todo_values, min_size=2, max_size=8)


@walking
@given(ordering=orderings, rows=some_rows, limit=st.integers(1, 10))
def test_walking_the_pages_gives_each_row_exactly_once_in_postgresql_s_order(
    api: ApiClient, user: User, ordering: str, rows: list[dict[str, Any]], limit: int
) -> None:
    replace_todos(user, rows)
    walked = [ids(found) for found, _ in pages(api, f"{PATH}?ordering={ordering}&limit={limit}")]
    assert [number for found in walked for number in found] == as_postgresql_sorts(user, ordering)
    assert all(len(found) == limit for found in walked[:-1])
    assert walked[-1] or not rows


@walking
@given(ordering=orderings, rows=some_rows, limit=st.integers(1, 10))
def test_walking_back_from_the_last_page_gives_the_reverse(
    api: ApiClient, user: User, ordering: str, rows: list[dict[str, Any]], limit: int
) -> None:
    replace_todos(user, rows)
    *_, (_, last) = pages(api, f"{PATH}?ordering={ordering}&limit={limit}")
    backward = [number for found, _ in pages(api, last, "prev") for number in reversed(ids(found))]
    assert backward == list(reversed(as_postgresql_sorts(user, ordering)))


@walking
@given(ordering=orderings, rows=two_rows, taken=st.data())
def test_next_and_prev_undo_each_other_at_any_page(
    api: ApiClient, user: User, ordering: str, rows: list[dict[str, Any]], taken: st.DataObject
) -> None:
    replace_todos(user, rows)
    limit = taken.draw(st.integers(1, len(rows) - 1))
    addresses = [address for _, address in pages(api, f"{PATH}?ordering={ordering}&limit={limit}")]
    address = taken.draw(st.sampled_from(addresses))
    here, links = page(api, address)
    # Absent at the ends, and only there.
    assert ("next" in links, "prev" in links) == (address != addresses[-1], address != addresses[0])
    if "next" in links:
        assert page(api, page(api, links["next"])[1]["prev"])[0] == here
    if "prev" in links:
        assert page(api, page(api, links["prev"])[1]["next"])[0] == here


@walking
@given(ordering=orderings, rows=two_rows, gone=st.sets(st.integers(0, 7)))
def test_rows_that_stay_are_seen_exactly_once_whatever_is_deleted_meanwhile(
    api: ApiClient, user: User, ordering: str, rows: list[dict[str, Any]], gone: set[int]
) -> None:
    made = replace_todos(user, rows)
    first, links = page(api, f"{PATH}?ordering={ordering}&limit=2")
    Todo.objects.filter(pk__in=[todo.pk for number, todo in enumerate(made) if number in gone]).delete()
    later = [number for found, _ in pages(api, links["next"]) for number in ids(found)] if "next" in links else []
    assert later == [number for number in as_postgresql_sorts(user, ordering) if number not in ids(first)]
