"""The list of all todos and the page of each."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import ADDITION
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from todoproject.admin import history
from todoproject.admin.filters import AutocompleteFilter, DateRangeFilter
from todoproject.admin.model_admin import OperationsModelAdmin
from todos.admin import actions
from todos.admin.export import todos_csv
from todos.admin.filters import StateFilter
from todos.admin.form import TodoForm
from todos.api import Todos
from todos.bulk import todos_reassign
from todos.models import Todo


@admin.register(Todo)
class TodoAdmin(OperationsModelAdmin):
    """Saves by the same rule as the API: `completed_at`, `updated_at` and the version follow from what is changed."""

    form = TodoForm
    list_display = ("title", "owner", "state", "due_at", "created_at", "updated_at")
    list_filter = (
        ("owner", AutocompleteFilter),
        StateFilter,
        ("due_at", DateRangeFilter),
        ("created_at", DateRangeFilter),
    )
    list_select_related = ("owner",)
    search_fields = ("title", "description", "owner__username")
    search_help_text = "A part of title, description or owner's name; several words must all be found."
    autocomplete_fields = ("owner",)
    readonly_fields = ("completed_at", "created_at", "updated_at", "version")
    ordering = ("-id",)  # the order of creation, by the index that every table has
    actions = (actions.complete, actions.reopen, actions.reassign, "export")

    @admin.display(description="state")
    def state(self, todo: Todo) -> str:
        if todo.completed:
            return "completed"
        overdue = todo.due_at is not None and todo.due_at < timezone.now()
        return format_html('<span class="alarming">{}</span>', "overdue") if overdue else "open"

    def get_fields(self, request: HttpRequest, obj: Todo | None = None) -> tuple[str, ...]:  # noqa: ARG002  Django's
        """A new todo has nothing yet that only the service writes."""
        return (*TodoForm.Meta.fields, "seen_version", *self.readonly_fields) if obj else TodoForm.Meta.fields

    @admin.action(description="Export selected todos as CSV", permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[Todo]) -> HttpResponseBase:  # noqa: ARG002
        return todos_csv(queryset)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_list)
        return [path("export/", view, name="todos_todo_export"), *super().get_urls()]

    def export_list(self, request: HttpRequest) -> HttpResponseBase:
        """Download all that the list's filters and search mean, without selecting anything."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return todos_csv(self.get_changelist_instance(request).get_queryset(request))
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:todos_todo_changelist"))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Todo | None:
        """Return the todo; for a form that is sent, locked until the answer, so that nobody changes it in between.

        Django has begun a transaction then; for what else may be sent here (the page of the history) it has not.
        """
        if request.method == "POST" and connection.in_atomic_block and self.has_change_permission(request):
            request.lock_rows = True  # type: ignore[attr-defined]
        return super().get_object(request, object_id, from_field)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Todo]:
        rows = super().get_queryset(request)
        return rows.select_for_update(of=("self",)) if getattr(request, "lock_rows", False) else rows

    def save_model(self, request: HttpRequest, obj: Todo, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Save by the functions that everybody uses, and only what was changed."""
        if not change:
            values = {name: form.cleaned_data[name] for name in TodoForm.Meta.fields if name != "owner"}
            obj.pk = Todos.rows().create(obj.owner_id, values).id
            return
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if changes.pop("owner", None):
            todos_reassign(Todo.objects.filter(pk=obj.pk), owner_id=obj.owner_id)
        if changes:
            Todos.rows().change(obj.owner_id, obj.pk, changes, Q())

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:  # noqa: FBT001, FBT002
        return super().construct_change_message(request, form, formsets, add) if add else history.sentence_of(form)

    def log_change(self, request: HttpRequest, obj: Todo, message: Any) -> None:  # type: ignore[override]
        """Write the history; the audit trail has its line from the service."""
        if message:
            history.write(request, [(obj, message)])

    def log_addition(self, request: HttpRequest, obj: Todo, message: Any) -> None:  # type: ignore[override]  # noqa: ARG002
        history.write(request, [(obj, "")], flag=ADDITION)
