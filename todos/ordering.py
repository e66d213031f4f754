"""How a request may have todos sorted. Each key has its index on the model."""

from django.db.models import F

from todoproject.api.listing import Ordering, SortKey
from todos.sort_expressions import DUE_AT, NO_ORDER, ORDER, TITLE

SORT_KEYS = {
    "created_at": SortKey(F("created_at"), lambda todo: todo.created_at.isoformat()),
    "updated_at": SortKey(F("updated_at"), lambda todo: todo.updated_at.isoformat()),
    "due_at": SortKey(DUE_AT, lambda todo: todo.due_at.isoformat() if todo.due_at else "infinity"),
    "order": SortKey(ORDER, lambda todo: NO_ORDER if todo.order is None else todo.order),
    "title": SortKey(TITLE, lambda todo: todo.title),
}

ORDERINGS = {
    name: Ordering(name, key, descending=name.startswith("-"))
    for field, key in SORT_KEYS.items()
    for name in (field, f"-{field}")
}
