"""How a request may have todos sorted. Each key has its index on the model."""

from datetime import datetime

from django.db.models import BigIntegerField, DateTimeField, Expression, F, TextField, Value

from todoproject.api.cursor import Ordering, SortKey
from todos.models import Todo
from todos.sort_expressions import DUE_AT, NO_DUE_AT, NO_ORDER, ORDER, TITLE


def _moment(text: str | None) -> Expression:
    return NO_DUE_AT if text is None else Value(datetime.fromisoformat(text), DateTimeField())


SORT_KEYS: dict[str, SortKey[Todo]] = {
    "created_at": SortKey(F("created_at"), lambda todo: todo.created_at.isoformat(), _moment),
    "updated_at": SortKey(F("updated_at"), lambda todo: todo.updated_at.isoformat(), _moment),
    "due_at": SortKey(DUE_AT, lambda todo: todo.due_at and todo.due_at.isoformat(), _moment),
    "order": SortKey(
        ORDER,
        lambda todo: NO_ORDER if todo.order is None else todo.order,
        lambda number: Value(number, BigIntegerField()),
    ),
    "title": SortKey(TITLE, lambda todo: todo.title, lambda text: Value(text, TextField())),
}

ORDERINGS = {
    name: Ordering(name, key, descending=name.startswith("-"))
    for field, key in SORT_KEYS.items()
    for name in (field, f"-{field}")
}
