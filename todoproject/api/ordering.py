"""Sorts by any column: an expression that is never NULL, the same in the index and in the query that it serves.

PostgreSQL sorts NULL above everything. Something that no row can hold stands in for it, so that one row comparison
finds a place among rows without a value too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Expression, F, Func, Value
from django.db.models.functions import Cast, Coalesce, Collate

INTEGERS = (models.IntegerField, models.ForeignKey)
WIDE = (models.BigIntegerField, models.PositiveBigIntegerField, models.BigAutoField, models.ForeignKey)


@dataclass(frozen=True)
class SortKey:
    """A sort order of rows; rows with equal keys follow their ids, so that the order is total."""

    #: The same expression as in the index that serves it.
    expression: Expression | F
    #: The key of a value: what JSON can hold and PostgreSQL reads, or a date or Decimal, which come back as their text.
    of: Callable[[Any], Any]
    #: The column that has the value.
    column: str


@dataclass(frozen=True, eq=False)
class Ordering:
    """A sort key and a direction; `name` is how a request asks for it."""

    name: str
    key: SortKey
    descending: bool


def infinity(field: "models.Field[Any, Any]") -> Func:
    """Return what PostgreSQL sorts above every value of a date, date-time or decimal column."""
    if isinstance(field, models.DecimalField):
        return Func(template="'Infinity'::numeric", output_field=models.DecimalField())
    if isinstance(field, models.DateTimeField):
        return Func(template="'infinity'::timestamptz", output_field=models.DateTimeField())
    return Func(template="'infinity'::date", output_field=models.DateField())


def sort_key(field: "models.Field[Any, Any]") -> SortKey:
    """Return how rows are sorted by this column."""
    name = field.name
    if not field.null:
        text = isinstance(field, models.CharField | models.TextField)
        return SortKey(Collate(name, "C") if text else F(name), _plain, field.name)
    if isinstance(field, models.CharField | models.TextField):
        # Each text behind a "+", and behind them all the "~" of those that have none.
        # Its options are in the order of the alphabet, as a migration has them: in another it is another index.
        options: dict[str, Any] = {
            "arg_joiner": " || ",
            "output_field": models.TextField(),
            "template": "(%(expressions)s)",
        }
        marked = Func(Value("+"), F(name), **options)
        return SortKey(
            Collate(Coalesce(marked, Value("~")), "C"),
            lambda value: "~" if value is None else f"+{value}",
            field.name,
        )
    if isinstance(field, models.BooleanField):
        return _without_null(field, Cast(name, models.SmallIntegerField()), 2, int)
    if isinstance(field, WIDE):
        wide = models.DecimalField(max_digits=20, decimal_places=0)
        return _without_null(field, Cast(name, wide), 2**63)
    if isinstance(field, models.IntegerField):
        return _without_null(field, Cast(name, models.BigIntegerField()), 2**31)
    return _without_null(field, name, infinity(field), above="infinity")


def _without_null(
    field: "models.Field[Any, Any]",
    value: Any,
    absent: Any,
    of: Callable[[Any], Any] | None = None,
    *,
    above: Any = None,
) -> SortKey:
    key, read = absent if above is None else above, of or _plain
    return SortKey(Coalesce(value, absent), lambda found: key if found is None else read(found), field.name)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def orderings_of(model: type[models.Model], names: "tuple[str, ...]") -> dict[str, Ordering]:
    """Return both directions of each, by the name that a request gives."""
    keys = {name: sort_key(model._meta.get_field(name)) for name in names}  # type: ignore[arg-type]
    both = [Ordering(sign + name, key, bool(sign)) for name, key in keys.items() for sign in ("", "-")]
    return {ordering.name: ordering for ordering in both}
