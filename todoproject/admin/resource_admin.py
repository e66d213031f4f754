"""The admin of a resource. List, filters, search, form, bulk actions and export are derived from the model's fields.

@admin.register(WorkOrder)
class WorkOrderAdmin(ResourceAdmin): ...
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection
from django.db.models import BooleanField, CharField, DateField, Field, QuerySet, TextField
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from todoproject import audit
from todoproject.admin import history, scopes
from todoproject.admin.bulk import asking, refusal, rows_update
from todoproject.admin.export import csv_response
from todoproject.admin.filters import AutocompleteFilter, DateRangeFilter
from todoproject.admin.model_admin import OperationsModelAdmin
from todoproject.api import registry
from todoproject.api.constraints import is_unique

if TYPE_CHECKING:
    AnyModelForm = forms.ModelForm[Any]
else:
    AnyModelForm = forms.ModelForm


class ResourceForm(AnyModelForm):
    """A form whose `seen_version` works as If-Match does in the API."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version if self.instance.pk else None

    def clean(self) -> dict[str, Any]:
        """Refuse a form that was opened before another change; `get_object` has locked the row."""
        values = super().clean() or {}
        if self.instance.pk and values.get("seen_version") != self.instance.version:
            name = self.instance._meta.verbose_name
            raise ValidationError(f"Somebody has changed this {name} since you opened it: open it again to see how.")
        self._keep_in_scope(values)
        return values

    def _keep_in_scope(self, values: Mapping[str, Any]) -> None:
        resource = scopes.owned(type(self.instance))
        owner = values.get(resource.scope.column) if resource else None
        if resource is None or owner is None:
            return
        if resource.scope.column in self.changed_data and self.instance.pk:
            rows = resource.model._default_manager.filter(pk=self.instance.pk)
            if refused := scopes.named_by_others(rows):
                self.add_error(resource.scope.column, refused)
        for name in scopes.unseen(resource, owner, values):
            self.add_error(name, f"{owner} does not see this one.")


class ResourceAdmin(OperationsModelAdmin):
    """Saves by the rules of the API: each write raises the version and sets the resource's computed columns.

    A subclass may set `list_display`, `list_filter`, `search_fields`, `actions` and `states`; the rest is derived. Each
    field gets an action that asks for a new value, unless it is free text or unique, or one of `actions` sets it.
    """

    form = ResourceForm
    list_display: tuple[str, ...] = ()
    ordering = ("-pk",)  # the order of creation, by the index that every table has
    change_list_template = "admin/resource_change_list.html"
    granted = ("view", "add", "change", "delete")

    def __init__(self, model: type[Any], site: admin.AdminSite) -> None:
        super().__init__(model, site)
        # Columns that only the service writes come last; Django puts those of the base class first.
        columns = sorted(self.opts.concrete_fields, key=lambda field: not field.editable)
        fields = [field for field in columns if not field.primary_key]
        keys = [field for field in fields if field.is_relation]
        texts = [field for field in fields if is_free_text(field)]
        listed = [field.name for field in [*texts[:1], *fields] if not isinstance(field, TextField)]
        filters = self.list_filter or [field.name for field in fields if field.editable or field.name == "created_at"]
        set_already = {getattr(action, "field", "") for action in self.actions or ()}
        asked = [
            asking(field)
            for field in fields
            if field.editable and not (is_free_text(field) or is_unique(field) or field.name in set_already)
        ]
        names = ", ".join(str(field.verbose_name) for field in [*texts, *keys])
        vars(self).update(
            list_display=self.list_display or tuple(dict.fromkeys(name for name in listed if name != "version")),
            list_filter=tuple(filter(None, map(self._list_filter, filters))),
            list_select_related=tuple(field.name for field in keys),
            autocomplete_fields=tuple(field.name for field in keys),
            search_fields=self.search_fields or (*(field.name for field in texts), *map(_text_of_key, keys)),
            search_help_text=self.search_help_text or f"A part of {names}; several words must all be found.",
            actions=(*(self.actions or ()), *asked, "export"),
        )

    def computed(self, values: Mapping[str, Any], *, new: bool = False) -> Mapping[str, Any]:
        """Return the columns that the resource computes from a write of `values`."""
        resource = registry.resource_of(self.model)
        return resource.computed(values, new=new) if resource else {}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:  # noqa: ARG002  Django's
        """Show columns that only the service writes; a new row has none yet."""
        return [field.name for field in self.opts.concrete_fields if not field.editable] if obj else []

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Return Django's field; an empty text of a nullable TextField is NULL, as Django does for CharField."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, TextField) and db_field.null:
            field.empty_value = None
        return field

    def _list_filter(self, given: Any) -> Any:
        """Return the filter for a field's name, None if it needs none; return anything else unchanged."""
        if not isinstance(given, str):
            return given
        field = self.opts.get_field(given)
        if field.is_relation:
            return given, AutocompleteFilter
        if isinstance(field, DateField):
            return given, DateRangeFilter
        return given if isinstance(field, BooleanField) or getattr(field, "choices", None) else None

    # ── Export ───────────────────────────────────────────────────────────────────────────────────────────────────────
    @admin.action(description="Export selected %(verbose_name_plural)s as CSV", permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:  # noqa: ARG002
        return csv_response(queryset)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_list)
        return [path("export/", view, name=f"{self.opts.label_lower.replace('.', '_')}_export"), *super().get_urls()]

    def export_list(self, request: HttpRequest) -> HttpResponseBase:
        """Download all rows that the list's filters and search find."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return csv_response(self.get_changelist_instance(request).get_queryset(request))
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse(self.changelist))

    # ── Saving ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row. For a form that is sent it is locked, so that nobody changes it before it is saved.

        Django has begun a transaction then. A POST to another page, as the history, has none.
        """
        if request.method == "POST" and connection.in_atomic_block and self.has_change_permission(request):
            request.lock_rows = True  # type: ignore[attr-defined]
        return super().get_object(request, object_id, from_field)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_for_update(of=("self",)) if getattr(request, "lock_rows", False) else rows

    def changeform_view(self, request: HttpRequest, *where: Any, **options: Any) -> Any:
        """Show or save the form; if a constraint of the database refuses it, show a message on the same page."""
        try:
            return super().changeform_view(request, *where, **options)
        except IntegrityError as error:
            self.message_user(request, refusal(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Save only the changed fields, and the columns that are computed from them."""
        if change:
            if changes := {name: form.cleaned_data[name] for name in form.changed_data}:
                rows_update(self, [obj.pk], changes)
            return
        for name, value in self.computed(form.cleaned_data, new=True).items():
            setattr(obj, name, value)
        obj.save(force_insert=True)
        audit.record(f"{self.opts.model_name}.created", target=obj.pk)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:  # noqa: FBT001, FBT002
        return super().construct_change_message(request, form, formsets, add) if add else history.sentence_of(form)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """Write the history; the write itself is in the audit trail already."""
        if message:
            history.write(request, [(obj, message)])

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]  # noqa: ARG002
        history.write(request, [(obj, "")], flag=ADDITION)


def is_free_text(field: "Field[Any, Any]") -> bool:
    return isinstance(field, CharField | TextField) and not field.choices


def _text_of_key(field: "Field[Any, Any]") -> str:
    """Return the lookup that searches the text of a foreign key's row."""
    model: Any = field.related_model
    texts = (one.name for one in model._meta.concrete_fields if is_free_text(one))
    return f"{field.name}__{getattr(model, 'USERNAME_FIELD', None) or next(texts, 'pk')}"
