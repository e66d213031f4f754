"""Statements that Django writes once, PostgreSQL plans once and psycopg reads in binary: what the hot path runs.

A queryset costs more to turn into SQL than PostgreSQL needs to answer it, and nearly as much again to turn rows into
models. Here the queryset stays the only author of the SQL, with a `Parameter` wherever a request brings a value.
https://www.psycopg.org/psycopg3/docs/advanced/prepare.html
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

from django.db import NotSupportedError, connection
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.sql import InsertQuery
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
    """What `sql` returns, asked once: a text and what stands for its ``%s``, each a `Parameter` or a constant.

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

    def rows(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the rows as named tuples; raises Django's database errors, and KeyError for a missing value."""
        text, names = self._text_and_names
        parameters = [values[name] for name in names]
        try:
            return connection.prepared(text, parameters)  # type: ignore[attr-defined,no-any-return]
        except NotSupportedError:
            # "cached plan must not change result type": a migration has changed a column since it was prepared.
            if not connection.get_autocommit():
                raise
            with connection.cursor() as cursor:
                cursor.execute("DEALLOCATE ALL")
            return connection.prepared(text, parameters)  # type: ignore[attr-defined,no-any-return]


def selection(queryset: "QuerySet[Any, Any]") -> Statement:
    """Return the SELECT of `queryset`."""
    return Statement(queryset.query.sql_with_params)


def insertion(model: type[Model], values: Mapping[str, Any], returning: Collection[str]) -> Statement:
    """Return the INSERT of one row with these `values` by field, which may be expressions; sends no signals."""

    def sql() -> tuple[str, Iterable[Any]]:
        columns = {field.name: field for field in model._meta.concrete_fields}  # noqa: SLF001  public: ref/models/meta
        query = InsertQuery(model)
        row = model(**{columns[name].attname: value for name, value in values.items()})
        query.insert_values([columns[name] for name in values], [row])
        compiler = query.get_compiler(connection=connection)
        compiler.returning_fields = [columns[name] for name in returning]
        ((text, parameters),) = compiler.as_sql()
        return text, parameters

    return Statement(sql)
