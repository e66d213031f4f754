"""Statements of the hot path: Django writes the SQL once, and psycopg returns rows in binary.

To compile a queryset costs more than PostgreSQL needs to answer it, and to make models of the rows nearly as much
again. Here a queryset is still the source of the SQL, with a `Parameter` for each value of a request.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Expression, Field, Model, QuerySet
from psycopg.sql import Literal


class Parameter(Expression):
    """Stands in a queryset for a value that `Statement.rows` gets by this name."""

    def __init__(self, name: str, output_field: "Field[Any, Any] | None" = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ARG002  the signature is Django's
        """Return a placeholder, and as its value the parameter itself, for `Statement` to find."""
        return "%s", [self]


class Statement:
    """A statement whose SQL is made once. `sql` returns the text and a `Parameter` or a constant for each ``%s``.

    Constants go into the text: an index of an expression needs them there.
    """

    def __init__(self, sql: Callable[[], tuple[str, Iterable[Any]]]) -> None:
        self._sql = sql

    @cached_property
    def _text_and_names(self) -> tuple[str, list[str]]:
        text, values = self._sql()
        names = []
        remaining = iter(values)

        def filled(placeholder: re.Match[str]) -> str:
            if placeholder[0] == "%%":
                return "%%"
            value = next(remaining)
            if isinstance(value, Parameter):
                names.append(value.name)
                return "%s"
            return Literal(value).as_string().replace("%", "%%")

        return re.sub("%[%s]", filled, text), names

    def rows(self, values: Mapping[str, Any], most: int | None = None) -> list[Any]:
        """Return the rows as tuples; raises Django's database errors, and KeyError for a missing value."""
        text, names = self._text_and_names
        return connection.rows(text, [values[name] for name in names], most)  # type: ignore[attr-defined,no-any-return]

    def in_steps(self, values: Mapping[str, Any], step: int) -> Iterator[Any]:
        """Yield the rows; make Python objects of no more than `step` rows ahead."""
        rows = self.rows(values, step)
        try:
            while rows:
                yield from rows
                rows = connection.more_rows(step)  # type: ignore[attr-defined]
        finally:
            connection.binary_cursor = None  # type: ignore[attr-defined]  # it holds the whole result


def selection(queryset: "QuerySet[Any, Any]") -> Statement:
    """Return the SELECT of `queryset`."""
    return Statement(queryset.query.sql_with_params)


def beneath(parent: "QuerySet[Any, Any]", rows: "QuerySet[Any, Any]") -> Statement:
    """Return the SELECT of `rows` below the one row of `parent`.

    Without the parent it gives no row, and without rows one row of NULLs. For ``ON TRUE`` PostgreSQL can only use a
    nested loop, which keeps the order of `rows`.
    """

    def sql() -> tuple[str, Iterable[Any]]:
        above, of_parent = parent.query.sql_with_params()
        below, of_rows = rows.query.sql_with_params()
        text = f"SELECT page.* FROM ({above}) AS parent LEFT JOIN ({below}) AS page ON TRUE"  # noqa: S608  Django's
        return text, [*of_parent, *of_rows]

    return Statement(sql)


def insertion(
    model: type[Model], source: "QuerySet[Any, Any]", values: Mapping[str, Any], returning: Sequence[str]
) -> Statement:
    """Return the INSERT of one row for each row of `source`; `values` are {column: expression over that row}.

    Sends no signals. `returning` are columns.
    """

    def sql() -> tuple[str, Iterable[Any]]:
        quoted = connection.ops.quote_name
        select, parameters = source.values_list(*values.values()).query.sql_with_params()
        into = ", ".join(map(quoted, values))
        back = ", ".join(map(quoted, returning))
        text = f"INSERT INTO {quoted(model._meta.db_table)} ({into}) {select} RETURNING {back}"
        return text, parameters

    return Statement(sql)
