"""Sorts by any column: an expression that is never NULL, the same in the index and in the query that it serves.

PostgreSQL sorts NULL above everything. A value that no row can have stands in for it, so that one row comparison also
finds a place among rows without a value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Expression, F, Func, Value
from django.db.models.functions import Cast, Coalesce, Collate

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
    #: Stands in for NULL, above every value; None where the column has no NULL.
    absent: Any = None


@dataclass(frozen=True, eq=False)
class Ordering:
    """A sort key and a direction; `name` is how a request asks for it."""

    name: str
    key: SortKey
    descending: bool


def sort_key(field: "models.Field[Any, Any]") -> SortKey:
    """Return how rows are sorted by this column."""
    name, text = field.name, isinstance(field, models.CharField | models.TextField)
    if not field.null:
        return SortKey(Collate(name, "C") if text else F(name), _plain, name)
    if text:
        # Each text gets a "+" in front; the "~" of rows without a text sorts after all of them.
        # Its options are in the order of the alphabet, as a migration has them: in another it is another index.
        options: dict[str, Any] = {
            "arg_joiner": " || ",
            "output_field": models.TextField(),
            "template": "(%(expressions)s)",
        }
        marked = Func(Value("+"), F(name), **options)
        expression = Collate(Coalesce(marked, Value("~")), "C")
        return SortKey(expression, lambda value: "~" if value is None else f"+{value}", name, Value("~"))
    key: int | str
    value, absent, key = _above(field)
    number = isinstance(field, models.BooleanField)
    return SortKey(
        Coalesce(value, absent),
        lambda found: key if found is None else int(found) if number else _plain(found),
        name,
        absent,
    )


def _above(field: "models.Field[Any, Any]") -> tuple[Any, Any, int | str]:
    """Return the column as a type with room above its values, and a value there: for PostgreSQL, and as a key."""
    if isinstance(field, models.BooleanField):
        return Cast(field.name, models.SmallIntegerField()), 2, 2
    if isinstance(field, WIDE):
        return Cast(field.name, models.DecimalField(max_digits=20, decimal_places=0)), 2**63, 2**63
    if isinstance(field, models.IntegerField):
        return Cast(field.name, models.BigIntegerField()), 2**31, 2**31
    if isinstance(field, models.DecimalField):
        return field.name, Func(template="'Infinity'::numeric", output_field=models.DecimalField()), "infinity"
    if isinstance(field, models.DateTimeField):
        return field.name, Func(template="'infinity'::timestamptz", output_field=models.DateTimeField()), "infinity"
    return field.name, Func(template="'infinity'::date", output_field=models.DateField()), "infinity"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def orderings_of(model: type[models.Model], names: "tuple[str, ...]") -> dict[str, Ordering]:
    """Return both directions of each, by the name that a request gives."""
    keys = {name: sort_key(model._meta.get_field(name)) for name in names}  # type: ignore[arg-type]
    both = [Ordering(sign + name, key, bool(sign)) for name, key in keys.items() for sign in ("", "-")]
    return {ordering.name: ordering for ordering in both}
