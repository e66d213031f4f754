"""Answers the violation of a database constraint by the constraint's name.

PostgreSQL's messages contain values of clients: they reach neither an answer nor the log.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import CheckConstraint, F, ProtectedError, Q, RestrictedError, UniqueConstraint
from psycopg.errors import ForeignKeyViolation
from rest_framework.exceptions import ValidationError

from todoproject.api.errors import AlreadyExists, InUse, first_line
from todoproject.api.rows import gone, no_such
from todoproject.api.scope import Owned

TAKEN = "Another row has this already."
DEFAULT_MESSAGE = UniqueConstraint.default_violation_error_message


def answer_to(error: IntegrityError, resource: Any, *, deleting: bool) -> Exception | None:
    """Return the exception to raise instead of `error`, None if no constraint of the resource explains it."""
    if isinstance(error, ProtectedError | RestrictedError):
        return InUse()
    diagnostic = getattr(error.__cause__, "diag", None)
    if diagnostic is None or diagnostic.constraint_name is None:
        return None
    if isinstance(error.__cause__, ForeignKeyViolation):
        return InUse() if deleting else _of_foreign_key(diagnostic, resource)
    for constraint in resource.model._meta.constraints:
        if constraint.name == diagnostic.constraint_name:
            return _of_constraint(constraint, resource)
    return None


def _of_constraint(constraint: Any, resource: Any) -> Exception:
    names = [name for name in columns_of(constraint) if name in resource.form().fields]
    unique = isinstance(constraint, UniqueConstraint)
    sentence = str(constraint.violation_error_message)
    if sentence == str(DEFAULT_MESSAGE):
        sentence = TAKEN if unique else f"Breaks the rule {constraint.name.replace('_', ' ')}."
    errors: Any = {name: [sentence] for name in names} or [sentence]
    return AlreadyExists(errors) if unique else ValidationError(errors)


def _of_foreign_key(diagnostic: Any, resource: Any) -> Exception | None:
    """Answer for a row that was deleted while the statement ran: the owner, or the target of a foreign key."""
    meta = resource.model._meta
    name = foreign_key_columns(diagnostic.table_name).get(diagnostic.constraint_name)
    column = next((each for each in meta.concrete_fields if each.column == name), None)
    if diagnostic.table_name != meta.db_table or column is None:
        return gone() if name == "user_id" else None  # of the record of an Idempotency-Key
    if column.name == resource.scope.column and isinstance(resource.scope, Owned):
        return gone()
    return ValidationError({column.name: [no_such(column)]})


def columns_of(constraint: Any) -> Iterator[str]:
    """Yield the names of a constraint's columns."""
    if isinstance(constraint, CheckConstraint):
        yield from sorted(Q(constraint.condition).referenced_base_fields)
        return
    yield from getattr(constraint, "fields", ())
    for expression in getattr(constraint, "expressions", ()):
        first = expression[0] if isinstance(expression, tuple) else expression  # of an exclusion constraint
        if isinstance(first, str):
            yield first
        else:
            parts: Iterator[Any] = iter([first]) if isinstance(first, F) else first.flatten()
            yield from (each.name for each in parts if isinstance(each, F))  # type: ignore[attr-defined]


def is_unique(column: Any) -> bool:
    """Say whether a UniqueConstraint lets one row alone have a value, of all rows or of those in one scope."""
    constraints = [each for each in column.model._meta.constraints if isinstance(each, UniqueConstraint)]
    return any(
        each.condition is None and len(each.fields) <= 2 and each.fields[-1:] == (column.name,) for each in constraints
    )


@cache
def foreign_key_columns(table: str) -> dict[str, str]:
    """Return the column of each foreign key of a table, by the constraint's name; asked once a process."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    return {name: each["columns"][0] for name, each in found.items() if each["foreign_key"]}


def without_values(error: IntegrityError) -> IntegrityError:
    """Return the error with PostgreSQL's first line alone; the other lines contain values."""
    bare = type(error)(first_line(error)).with_traceback(error.__traceback__)
    bare.__suppress_context__ = True
    return bare
