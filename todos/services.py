"""The writes that have a rule: who owns the row, when it was completed, which version a client has seen.

Each is one statement that decides in its own WHERE, so two requests at once cannot both win.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Case, DateTimeField, Exists, F, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.http import Http404
from rest_framework.exceptions import AuthenticationFailed

from todoproject import audit
from todoproject.accounts.authentication import require_existing
from todoproject.api.errors import PreconditionFailed
from todoproject.postgresql.prepared import Parameter, insertion
from todos import selectors
from todos.models import Todo

GIVEN = ("title", "description", "order", "due_at")

#: The INSERT of a todo that is completed, and of one that is not.
NEW_TODO = {
    completed: insertion(
        Todo,
        {name: Parameter(name) for name in GIVEN}
        | {"owner": Parameter("owner_id"), "completed": completed, "completed_at": Now() if completed else None},
        returning=selectors.COLUMNS,
    )
    for completed in (True, False)
}


def todo_create(*, owner_id: int, values: Mapping[str, Any]) -> Any:
    """Return a new todo; IntegrityError (a foreign key) when the owner has been deleted."""
    (todo,) = NEW_TODO[values["completed"]].rows({"owner_id": owner_id, **values})
    audit.record("todo.created", target=todo.id)
    return todo


def todo_change(*, owner_id: int, todo_id: int, changes: Mapping[str, Any], condition: Q) -> Any:
    """Return the todo after `changes`, made while it meets `condition`.

    Raises Http404, `PreconditionFailed`, or AuthenticationFailed when the owner has been deleted. A change by somebody
    else right behind this one may already be in the answer; its ETag then says so.
    """
    computed = {"version": F("version") + 1, "updated_at": Now()}
    if "completed" in changes:
        computed["completed_at"] = _completed_at() if changes["completed"] else Value(None, DateTimeField())
    if not _allowed(owner_id, todo_id, condition).update(**changes, **computed):
        raise _miss(owner_id, todo_id)
    audit.record("todo.changed", target=todo_id, changes=changes)
    return selectors.todo(owner_id=owner_id, todo_id=todo_id)


def todo_delete(*, owner_id: int, todo_id: int, condition: Q) -> None:
    """Delete the todo; `condition` and what it raises are as for `todo_change`."""
    deleted, _ = _allowed(owner_id, todo_id, condition).delete()
    if not deleted:
        raise _miss(owner_id, todo_id)
    audit.record("todo.deleted", target=todo_id)


def _allowed(owner_id: int, todo_id: int, condition: Q) -> QuerySet[Todo]:
    return Todo.objects.filter(owner_id=owner_id, pk=todo_id).filter(condition)


def _completed_at() -> Case:
    return Case(When(completed=True, then=F("completed_at")), default=Now())


def _miss(owner_id: int, todo_id: int) -> Exception:
    """Return why a write met no row, found by one statement."""
    mine = Todo.objects.filter(owner_id=owner_id, pk=todo_id)
    exists = get_user_model().objects.filter(pk=owner_id).values_list(Exists(mine), flat=True).first()
    if exists is None:
        return AuthenticationFailed("The user of this token no longer exists.")
    return PreconditionFailed() if exists else Http404()


def todos_delete(*, owner_id: int, rows: QuerySet[Todo]) -> None:
    """Delete `rows`; raises AuthenticationFailed when there are none because the owner has been deleted."""
    deleted, _ = rows.delete()
    if deleted:
        audit.record("todo.deleted", count=deleted)
    else:
        require_existing(owner_id)
