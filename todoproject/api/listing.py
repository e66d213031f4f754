"""Lists in pages: the statements that fetch a page beside a position, for every ordering and filter.

`todoproject.api.cursor` shows a position to clients.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BooleanField, Expression, F, Func, Subquery
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual
from django.http import Http404

from todoproject.api.cursor import Position, cursor_text
from todoproject.api.ordering import Ordering
from todoproject.postgresql.statements import Parameter, Statement, beneath, selection

if TYPE_CHECKING:
    from todoproject.api.rows import Rows

# One for each combination of ordering, direction, limit and filters; rare ones displace each other.
STATEMENTS = 256

# Of the long texts of a page, which ends early beyond it: each thread of a worker may make a page at the same time.
PAGE_BYTES = 1024 * 1024
BYTES_A_CHARACTER = 4
# Texts up to this length are not counted: two hundred of them are no load.
SHORT_CHARACTERS = 255
BOUNDLESS = 10_000


class Page(NamedTuple):
    """Rows in the order asked for, and the positions that its neighbours start at, None at the ends."""

    rows: list[Any]
    next: Position | None
    previous: Position | None


class Listing:
    """The pages of a resource's rows, or of those below a parent."""

    def __init__(self, rows: "Rows", fields: Mapping[str, Any]) -> None:
        self._rows = rows
        self._place = {name: place for place, name in enumerate(rows.columns)}
        texts = {name: field.max_length or BOUNDLESS for name, field in fields.items() if hasattr(field, "max_length")}
        long = {name: most for name, most in texts.items() if most > SHORT_CHARACTERS}
        self._long = [self._place[name] for name in long]
        self._fitting = PAGE_BYTES // (BYTES_A_CHARACTER * sum(long.values())) if long else 0
        self._statement = lru_cache(maxsize=STATEMENTS)(self._made)

    def page(
        self,
        fixed: Mapping[str, Any],
        filters: Mapping[str, Any],
        ordering: Ordering,
        position: Position | None,
        limit: int,
    ) -> Page:
        """Return up to `limit` rows next to `position` (None: from the start), by one statement.

        `fixed` has the caller and, for a nested list, the parent; raises Http404 when the caller sees no such parent. A
        second statement runs only for an empty page: then no row can carry the answer to "is there anything behind?".
        """
        backwards = position.backwards if position else None
        values = {**fixed, **filters}
        if position:
            values |= {"position_key": position.key, "position_id": position.row_id}
        ahead, behind = self._statement(ordering, frozenset(filters), backwards, limit)
        (found, cut), row_id = self._fetched(ahead, values, limit), self._place["id"]
        if self._rows.parent:
            if not found:
                raise Http404
            if found[0][row_id] is None:
                found = []
        more_ahead, found = cut or len(found) > limit, found[:limit]
        if not found:
            if position is None or not behind.rows(values):
                return Page([], None, None)
            # Step over the row of the cursor, so that the way back includes it.
            step = -1 if ordering.descending != backwards else 1
            turned = Position(position.key, position.row_id + step, not backwards)
            return Page([], turned, None) if backwards else Page([], None, turned)
        any_behind = position is not None and found[0][-1] is not None  # what `_made` annotates
        if backwards:
            found.reverse()
            more_ahead, any_behind = any_behind, more_ahead
        key, place, first, last = ordering.key.of, self._place[ordering.key.column], found[0], found[-1]
        return Page(
            found,
            Position(key(last[place]), last[row_id], backwards=False) if more_ahead else None,
            Position(key(first[place]), first[row_id], backwards=True) if any_behind else None,
        )

    def _fetched(self, statement: Statement, values: Mapping[str, Any], limit: int) -> tuple[list[Any], bool]:
        """Return the rows, and whether there are more than a page can hold; it holds one at least."""
        if not self._long or limit < self._fitting:
            return statement.rows(values), False
        found: list[Any] = []
        left = PAGE_BYTES
        for row in statement.in_steps(values, max(1, self._fitting)):
            for place in self._long:
                text = row[place] or ""
                left -= len(text) if text.isascii() else BYTES_A_CHARACTER * len(text)
            if left < 0 and found:
                return found, True
            found.append(row)
        return found, False

    def _made(
        self,
        ordering: Ordering,
        filters: frozenset[str],
        backwards: bool | None,  # noqa: FBT001  lru_cache takes keywords for another call
        limit: int,
    ) -> tuple[Statement, Statement]:
        """Return what fetches the rows ahead of a position, and what finds the row at or behind it."""
        rows = self._rows.matching(Parameter("caller"), {name: Parameter(name) for name in sorted(filters)})
        down = ordering.descending != bool(backwards)
        terms = (ordering.key.expression, F("id"))
        here, mark = _row(*terms), _row(Parameter("position_key"), Parameter("position_id"))
        behind = rows.filter(GreaterThanOrEqual(here, mark) if down else LessThanOrEqual(here, mark)).values("pk")
        # Sorted, and no EXISTS, which may search the whole table from any end: the first row lies beside the mark.
        behind = behind.order_by(*(term.asc() if down else term.desc() for term in terms))[:1]
        ahead = rows.order_by(*(term.desc() if down else term.asc() for term in terms))
        ahead = ahead.annotate(address=F("id")).values(*self._rows.columns)
        if backwards is not None:
            ahead = ahead.filter(LessThan(here, mark) if down else GreaterThan(here, mark))
            ahead = ahead.annotate(row_behind=Subquery(behind))
        ahead = ahead[: limit + 1]
        if not self._rows.parent:
            return selection(ahead), selection(behind)
        parent = self._rows.target(self._rows.parent, Parameter("caller"), Parameter("parent")).values("pk")
        return beneath(parent, ahead), selection(behind)


def link_header(address: str, page: Page, ordering: Ordering, filters: Mapping[str, Any], repeated: str) -> str:
    """Return the ``Link`` header (RFC 8288) of a page, with rel next and prev as at GitHub; "" if it stands alone.

    Each link is the absolute `address` of the list with the request's other parameters, the text `repeated`.
    """
    links = []
    for relation, position in (("next", page.next), ("prev", page.previous)):
        if position is not None:
            cursor = cursor_text(position, ordering.name, filters)
            links.append(f'<{address}?{repeated}{"&" if repeated else ""}cursor={cursor}>; rel="{relation}"')
    return ", ".join(links)


def _row(*terms: Expression | F) -> Func:
    # PostgreSQL compares rows lexicographically and serves that from one index; Django only has to print it.
    return Func(*terms, function="ROW", output_field=BooleanField())
