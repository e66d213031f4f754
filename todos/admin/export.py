"""Todos as a table."""

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from todoproject.operations.export import csv_response
from todos.models import Todo

COLUMNS = {
    "id": "id",
    "owner": "owner__username",
    "title": "title",
    "description": "description",
    "completed": "completed",
    "completed at": "completed_at",
    "due at": "due_at",
    "order": "order",
    "created at": "created_at",
    "updated at": "updated_at",
}


def todos_csv(rows: QuerySet[Todo]) -> StreamingHttpResponse:
    """Return todos-<today>.csv; the times are UTC and say so."""
    return csv_response("todos", COLUMNS, rows)
