"""Every ordering of every resource is served by an index, in its order, from the place of a cursor on.

tests/todos/test_query_plans.py measures the same among 100,000 rows.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from django.db import connection

from tests.api.client import ApiClient
from tests.api.paging import page
from tests.sample import SUBJECTS, every
from todoproject.postgresql.base import DatabaseWrapper


def statement_of(api: ApiClient, address: str) -> tuple[str, Sequence[Any]]:
    """Return the one statement of a request and its values."""
    with patch.object(DatabaseWrapper, "rows", autospec=True, side_effect=DatabaseWrapper.rows) as asked:
        response = api.send("GET", address)
    assert response.status_code == 200, response.content
    (((_, text, values, *_), _),) = asked.call_args_list
    return text, values


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a node of a plan and all below it."""
    yield node
    for below in node.get("Plans", []):
        yield from nodes(below)


@pytest.fixture
def reluctant(db: None) -> None:
    """Let PostgreSQL sort, or read a whole table, only where no index can do it."""
    with connection.cursor() as cursor:
        for way in ("sort", "incremental_sort", "seqscan", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")


def assert_in_index_order(api: ApiClient, address: str, *, condition: str) -> None:
    text, values = statement_of(api, address)
    assert connection.connection is not None
    ((plan,),) = psycopg.Cursor(connection.connection).execute("EXPLAIN (FORMAT JSON) " + text, values).fetchall()
    found = list(nodes(plan[0]["Plan"]))
    shown = f"{address}: {json.dumps(plan, indent=1)}"
    assert not [node for node in found if "Sort" in node["Node Type"]], shown
    table = api.subject.model._meta.db_table
    conditions = [
        node.get("Index Cond", "")
        for node in found
        if node.get("Relation Name") == table and "Index" in node["Node Type"]
    ]
    assert conditions, shown
    assert all(condition in each for each in conditions), shown


@every
def test_each_ordering_is_read_from_an_index_from_the_first_page_and_from_a_cursor(
    api: ApiClient, reluctant: None
) -> None:
    for number in range(3):
        api.spread(number)
    column = f"{api.subject.scope.column}_id" if api.subject.private else ""
    for ordering in api.subject.orderings:
        first = f"{api.path}?ordering={ordering}&limit=1"
        second = page(api, first)[1]["next"]
        assert_in_index_order(api, first, condition=column)
        for address in (second, page(api, second)[1]["prev"]):
            assert_in_index_order(api, address, condition="ROW(")


@pytest.mark.parametrize("subject", [each for each in SUBJECTS if each.model.__name__ == "Inspection"], ids=str)
def test_each_ordering_of_a_nested_list_is_read_from_an_index(api: ApiClient, reluctant: None) -> None:
    for number in range(3):
        api.spread(number)
    for ordering in ("created_at", "-created_at", "day", "-day"):
        first = f"/work-sites/{api.references['site']}/inspections?ordering={ordering}&limit=1"
        second = page(api, first)[1]["next"]
        assert_in_index_order(api, first, condition="site_id")
        assert_in_index_order(api, second, condition="ROW(")
