"""Statements that Django writes once and psycopg reads in binary: what the hot path runs.

A queryset costs more to turn into SQL than PostgreSQL needs to answer it, and nearly as much again to turn rows into
models. Here the queryset stays the only author of the SQL, with a `Parameter` wherever a request brings a value.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Expression, Field, Model, QuerySet
from psycopg.sql import Literal


class Parameter(Expression):
    """Stands in a queryset for a value that `Statement.rows` is given by this name."""

    def __init__(self, name: str, output_field: "Field[Any, Any] | None" = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ARG002  the signature is Django's
        """Return a placeholder, and as its value the parameter itself, for `Statement` to find."""
        return "%s", [self]


class Statement:
    """The result of `sql`, asked once: a text and the values of its ``%s``, each a `Parameter` or a constant.

    Constants stay in the text, where an index of an expression needs them.
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
        """Yield the rows, and make objects of no more than `step` before they are asked for."""
        rows = self.rows(values, step)
        try:
            while rows:
                yield from rows
                rows = connection.more_rows(step)  # type: ignore[attr-defined]
        finally:
            connection.binary_cursor = None  # type: ignore[attr-defined]  # it holds all that has come


def selection(queryset: "QuerySet[Any, Any]") -> Statement:
    """Return the SELECT of `queryset`."""
    return Statement(queryset.query.sql_with_params)


def beneath(parent: "QuerySet[Any, Any]", rows: "QuerySet[Any, Any]") -> Statement:
    """Return the SELECT of `rows` below the one row of `parent`: nothing without it, a row of NULLs when it has none.

    ``ON TRUE`` leaves PostgreSQL a nested loop alone, which keeps the order of `rows`.
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
    """Return the INSERT of a row for each of `source`, with these `values` by column: expressions over that row.

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
