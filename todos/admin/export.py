"""Todos as a table."""

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from todoproject.admin.export import csv_response
from todos import selectors
from todos.models import Todo

COLUMNS = {"id": "id", "owner": "owner__username"} | {
    name.replace("_", " "): name for name in selectors.COLUMNS if name != "version"
}


def todos_csv(rows: QuerySet[Todo]) -> StreamingHttpResponse:
    """Return todos-<today>.csv; the times are UTC and say so."""
    return csv_response("todos", COLUMNS, rows)
