"""The todos that a query means."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from todoproject.postgresql.prepared import Parameter
from todos.models import Todo
from todos.sort_expressions import DUE_AT, NO_DUE_AT


def todos_of(owner_id: int | Parameter, filters: Mapping[str, Any]) -> QuerySet[Todo]:
    """Return the owner's todos that match all `filters` (validated by `TodoFilter`, or `Parameter`s in their place)."""
    rows = Todo.objects.filter(owner_id=owner_id)
    if "completed" in filters:
        rows = rows.filter(completed=filters["completed"])
    if "due_before" in filters:
        # By the expression of the index; a todo without a date is due at infinity, which is before nothing.
        rows = rows.filter(LessThan(DUE_AT, filters["due_before"]))
    if "due_after" in filters:
        rows = rows.filter(GreaterThanOrEqual(DUE_AT, filters["due_after"]), LessThan(DUE_AT, NO_DUE_AT))
    if "q" in filters:
        rows = rows.filter(Q(title__icontains=filters["q"]) | Q(description__icontains=filters["q"]))
    return rows
