"""Pages by position: a cursor is the sort key of the row where a page ends, signed, so any page costs an index probe.

Nothing is counted or skipped, so page 10,000 costs what page 1 costs, and rows that come and go between two requests
neither repeat nor hide others (https://use-the-index-luke.com/no-offset).
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from django.core.signing import BadSignature, Signer
from django.db.models import BigIntegerField, BooleanField, Expression, F, Func, Model, QuerySet, Subquery, Value
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

from todoproject import django_key
from todoproject.api.errors import QueryError

MAX_CURSOR_CHARACTERS = 4096


@dataclass(frozen=True)
class SortKey[M: Model]:
    """What rows are sorted by; rows with equal keys follow their ids, so that the order is total."""

    #: Never NULL, so that one row comparison finds a place; the same expression as in the index that serves it.
    expression: Expression | F
    #: The key of a row, as JSON can hold it.
    of_row: Callable[[M], Any]
    #: That value as SQL.
    as_sql: Callable[[Any], Expression]


@dataclass(frozen=True)
class Ordering[M: Model]:
    """A sort key and a direction; `name` is how a request asks for it."""

    name: str
    key: SortKey[M]
    descending: bool


class Position(NamedTuple):
    """The place just behind (`backwards`: just before) the row with this key and id."""

    key: Any
    row_id: int
    backwards: bool


class Page[M: Model](NamedTuple):
    """Rows in the order asked for, and the positions that its neighbours start at, None at the ends."""

    rows: list[M]
    next: Position | None
    previous: Position | None


def cursor_text(position: Position, ordering: Ordering[Any], filters: Mapping[str, Any]) -> str:
    """Return the opaque text of a position, bound to the ordering and the filters it was made with."""
    parts = orjson.dumps([ordering.name, _digest(filters), *position])
    return _signer().sign(urlsafe_b64encode(parts).decode().rstrip("="))


def position_of(text: str, ordering: Ordering[Any], filters: Mapping[str, Any]) -> Position:
    """Return the position in a cursor of ours; raise `QueryError` for any other text, ordering or filter."""
    if len(text) > MAX_CURSOR_CHARACTERS:
        raise QueryError({"cursor": [f"Longer than {MAX_CURSOR_CHARACTERS} characters."]})
    try:
        parts = _unsigned(text)
    except BadSignature:
        raise QueryError({"cursor": ["Not a cursor of this service: take it from a Link header."]}) from None
    name, digest, *position = orjson.loads(urlsafe_b64decode(parts + "=" * (-len(parts) % 4)))
    if name != ordering.name or digest != _digest(filters):
        raise QueryError({"cursor": ["Made with another ordering or other filters: follow the Link as it is."]})
    return Position(*position)


def page_of[M: Model](rows: QuerySet[M], ordering: Ordering[M], position: Position | None, limit: int) -> Page[M]:
    """Return up to `limit` rows next to `position` (None: from the start), by one statement.

    A second statement runs only for an empty page: then no row can carry the answer to "is there anything behind?".
    """
    backwards = position is not None and position.backwards
    down = ordering.descending != backwards
    terms = (ordering.key.expression, F("id"))
    ahead: QuerySet[Any, M] = rows.order_by(*(term.desc() if down else term.asc() for term in terms))
    behind: QuerySet[Any, Any] = rows.none().values("pk")
    if position is not None:
        here = _row(*terms)
        mark = _row(ordering.key.as_sql(position.key), Value(position.row_id, BigIntegerField()))
        behind = rows.filter(GreaterThanOrEqual(here, mark) if down else LessThanOrEqual(here, mark)).values("pk")
        # Sorted, and no EXISTS, which may search the whole table from any end: the first row lies beside the mark.
        behind = behind.order_by(*(term.asc() if down else term.desc() for term in terms))[:1]
        ahead = ahead.filter(LessThan(here, mark) if down else GreaterThan(here, mark))
        ahead = ahead.annotate(row_behind=Subquery(behind))
    found = list(ahead[: limit + 1])
    more_ahead, found = len(found) > limit, found[:limit]
    if not found:
        if position is None or not behind:
            return Page([], None, None)
        # Step over the row of the cursor, so that the way back includes it.
        turned = Position(position.key, position.row_id + (-1 if down else 1), not backwards)
        return Page([], turned, None) if backwards else Page([], None, turned)
    any_behind = getattr(found[0], "row_behind", None) is not None
    if backwards:
        found.reverse()
        more_ahead, any_behind = any_behind, more_ahead
    of_row, first, last = ordering.key.of_row, found[0], found[-1]
    return Page(
        found,
        Position(of_row(last), last.pk, backwards=False) if more_ahead else None,
        Position(of_row(first), first.pk, backwards=True) if any_behind else None,
    )


def _row(*terms: Expression | F) -> Func:
    # PostgreSQL compares rows lexicographically and serves that from one index; Django only has to print it.
    return Func(*terms, function="ROW", output_field=BooleanField())


def _digest(filters: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(filters, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def _unsigned(text: str) -> str:
    try:
        return _signer().unsign(text)
    except BadSignature:
        django_key.refresh_now()
    return _signer().unsign(text)


def _signer() -> Signer:
    return Signer(salt="todoproject.api.cursor")
