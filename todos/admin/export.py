"""Todos as a table."""

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from todoproject.admin.export import csv_response
from todos.api import Todos
from todos.models import Todo

COLUMNS = {"id": "id", "owner": "owner__username"} | {
    name.replace("_", " "): name for name in map(str, Todos.form().fields) if name not in {"id", "url"}
}


def todos_csv(rows: QuerySet[Todo]) -> StreamingHttpResponse:
    """Return todos-<today>.csv; the times are UTC and say so."""
    return csv_response("todos", COLUMNS, rows)
