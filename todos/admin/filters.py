"""The one filter that is about todos alone."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from todos.figures import OVERDUE

STATES = {
    "open": ("Open", Q(completed=False)),
    "overdue": ("Overdue", OVERDUE),
    "completed": ("Completed", Q(completed=True)),
}


class StateFilter(admin.SimpleListFilter):
    """Overdue is what is open and was due."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002  Django's
        return [(state, label) for state, (label, _) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        _, condition = STATES.get(self.value() or "", ("", Q()))
        return queryset.filter(condition)
