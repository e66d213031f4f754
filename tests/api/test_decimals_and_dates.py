"""Lists of rows with decimal numbers and dates: answered as text, and paged by them.

Todos have neither; PostgreSQL makes both of what they have.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import DateField, DecimalField, QuerySet
from django.db.models.functions import Cast

from tests.factories import TodoFactory
from todoproject.accounts.models import User
from todoproject.api.cursor import Position, cursor_text, position_of
from todoproject.api.errors import QueryError
from todoproject.api.listing import Listing, Ordering, SortKey
from todoproject.api.renderer import to_json
from todos.filters import todos_of
from todos.models import Todo
from todos.sort_expressions import DUE_AT

DAY = Cast(DUE_AT, DateField())
# More places than a todo's number has, and numbers on both sides of zero.
AMOUNT = Cast("order", DecimalField(max_digits=12, decimal_places=2))
ORDERINGS = {
    "amount": Ordering("amount", SortKey(AMOUNT, lambda row: row.amount), descending=False),
    "-day": Ordering("-day", SortKey(DAY, lambda row: row.day), descending=True),
}


def rows_of(owner_id: Any, filters: Mapping[str, Any]) -> QuerySet[Todo]:
    rows = todos_of(owner_id, {}).annotate(amount=AMOUNT, day=DAY)
    return rows.filter(amount__gte=filters["amount_from"], day__gte=filters["due_from"])


def test_both_are_text_in_json() -> None:
    row = {"amount": Decimal("12.50"), "much": Decimal("1E+3"), "none": Decimal("0.00"), "due": date(2026, 11, 23)}
    assert to_json(row) == b'{"amount":"12.50","much":"1000","none":"0.00","due":"2026-11-23"}'


def test_what_json_has_no_word_for_is_still_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        to_json({"x": object()})


def test_a_cursor_is_bound_to_filters_by_both() -> None:
    filters = {"amount_from": Decimal("1.00"), "due_from": date(2026, 11, 23)}
    text = cursor_text(Position(Decimal("12.50"), 7, backwards=False), "amount", filters)
    assert position_of(text, "amount", filters) == Position("12.50", 7, backwards=False)
    for other in ({**filters, "amount_from": Decimal("1.01")}, {**filters, "due_from": date(2026, 11, 24)}):
        with pytest.raises(QueryError):
            position_of(text, "amount", other)


@pytest.mark.parametrize("name", ORDERINGS)
def test_postgresql_finds_the_place_of_a_cursor_again(user: User, name: str) -> None:
    start = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for number in (-3, -1, 0, 2, 2, 7, 10):
        TodoFactory.create(owner=user, order=number, due_at=start + timedelta(days=abs(number)))
    listing, ordering = Listing(rows_of, ["id", "amount", "day"]), ORDERINGS[name]
    filters = {"amount_from": Decimal("-1.50"), "due_from": date(2026, 11, 24)}
    everything = [row.id for row in listing.page(user.pk, filters, ordering, None, 10).rows]
    assert len(everything) == 5

    def walked(start: Position | None, *, back: bool = False) -> list[list[int]]:
        page = listing.page(user.pk, filters, ordering, start, 2)
        following = page.previous if back else page.next
        ids = [[row.id for row in page.rows]]
        if following is None:
            return ids
        return [*ids, *walked(position_of(cursor_text(following, name, filters), name, filters), back=back)]

    there = walked(None)
    assert there == [everything[:2], everything[2:4], everything[4:]]
    last = listing.page(user.pk, filters, ordering, None, 4).next
    assert last is not None
    behind = listing.page(user.pk, filters, ordering, position_of(cursor_text(last, name, filters), name, filters), 4)
    assert behind.previous is not None
    back = walked(position_of(cursor_text(behind.previous, name, filters), name, filters), back=True)
    assert back == [everything[2:4], everything[:2]]
