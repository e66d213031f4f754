"""The same rule as `todos.services`, for thousands of todos of any owner at once: operations staff do that.

Each function is one UPDATE, leaves alone what is already as wished, and returns the todos that it changed as they were
before, with id, title and owner. Call it inside a transaction together with the history of it.
"""

from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Now

from todoproject import audit
from todos.models import Todo


def todos_complete(rows: QuerySet[Todo]) -> list[Todo]:
    """Complete the open ones of `rows`."""
    return _change(rows, Q(completed=False), completed=True, completed_at=Now())


def todos_reopen(rows: QuerySet[Todo]) -> list[Todo]:
    """Reopen the completed ones of `rows`."""
    return _change(rows, Q(completed=True), completed=False, completed_at=Value(None, DateTimeField()))


def todos_reassign(rows: QuerySet[Todo], *, owner_id: int) -> list[Todo]:
    """Give those of `rows` that are somebody else's to `owner_id`; IntegrityError when there is no such user."""
    return _change(rows, ~Q(owner_id=owner_id), owner_id=owner_id)


def _change(rows: QuerySet[Todo], condition: Q, **values: Any) -> list[Todo]:
    with transaction.atomic():
        # `condition` stands outside of the subquery, where PostgreSQL looks at it again after waiting for a row's lock:
        # a todo that a request completed meanwhile is left alone. By id, so that two of us never wait for each other.
        changing = list(
            Todo.objects.filter(condition, pk__in=rows.order_by().values("pk"))
            .select_related("owner")
            .only("title", "owner__username")
            .order_by("pk")
            .select_for_update(of=("self",))
        )
        ids = [todo.pk for todo in changing]
        Todo.objects.filter(pk__in=ids).update(**values, version=F("version") + 1, updated_at=Now())
        audit.record("todo.changed", targets=ids, changes=[name for name in values if name != "completed_at"])
        return changing
