"""The history: entries of Django's admin log with sentences, and their list, which nobody can change."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from todoproject.admin.filters import AutocompleteFilter, DateRangeFilter
from todoproject.admin.model_admin import ReadOnlyModelAdmin

# Of a text that may have ten thousand.
CHARACTERS = 60
OBJECT_CHARACTERS = 200


def write(request: HttpRequest, changes: Iterable[tuple[Model, str]], *, flag: int = CHANGE) -> None:
    """Log (object, sentence) pairs for the request's user, with one time, by one INSERT."""
    now, actor = timezone.now(), request.user.pk
    assert actor is not None, "the admin lets nobody else in"  # noqa: S101  # nosec B101
    LogEntry.objects.bulk_create(
        LogEntry(
            action_time=now,
            user_id=actor,
            content_type_id=ContentType.objects.get_for_model(changed, for_concrete_model=False).pk,
            object_id=str(changed.pk),
            object_repr=str(changed)[:OBJECT_CHARACTERS],
            action_flag=flag,
            change_message=sentence,
        )
        for changed, sentence in changes
    )


def sentence_of(form: "ModelForm[Any]") -> str:
    """Return the changes of a form: “Title: \"a\" → \"b\". Due at: nothing → 2026-12-01 09:00.”"""
    parts = []
    for name in form.changed_data:
        field, asked = form.instance._meta.get_field(name), form.fields[name]
        before: Any = form.get_initial_for_field(asked, name)
        if isinstance(asked, ModelChoiceField) and asked.queryset is not None:
            before = asked.queryset.filter(pk=before).first()
        parts.append(f"{asked.label}: {shown(field, before)} → {shown(field, form.cleaned_data[name])}.")
    return " ".join(parts)


def shown(field: Any, value: Any) -> str:
    """Return a field's value for a sentence: the label of a choice, a text in quotes and shortened."""
    value = dict(field.flatchoices).get(value, value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, ""):
        return "nothing"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    text = str(value)
    if isinstance(value, int | Decimal | date):
        return text
    return json.dumps(text if len(text) <= CHARACTERS else f"{text[: CHARACTERS - 1]}…", ensure_ascii=False)


@admin.register(LogEntry)
class HistoryAdmin(ReadOnlyModelAdmin):
    """Its entries keep their users: such a user can be locked, but not deleted."""

    list_display = ("action_time", "user", "did", "kind", "what", "change")
    list_display_links = None
    list_filter = (("user", AutocompleteFilter), ("action_time", DateRangeFilter), "action_flag")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message")
    search_help_text = "A part of the object's name or of what was changed."
    ordering = ("-id",)
    actions = None

    def __init__(self, model: type[LogEntry], admin_site: admin.AdminSite) -> None:
        """Rename Django's "log entries" here only: in the model it would need a migration."""
        super().__init__(model, admin_site)
        self.opts.verbose_name, self.opts.verbose_name_plural = "change", "changes"

    @admin.display(description="did")
    def did(self, entry: LogEntry) -> str:
        return str(entry.get_action_flag_display())

    @admin.display(description="kind")
    def kind(self, entry: LogEntry) -> str:
        return entry.content_type.name if entry.content_type else "–"

    @admin.display(description="object")
    def what(self, entry: LogEntry) -> str:
        address = None if entry.is_deletion() else entry.get_admin_url()
        return format_html('<a href="{}">{}</a>', address, entry.object_repr) if address else entry.object_repr

    @admin.display(description="change")
    def change(self, entry: LogEntry) -> str:
        return entry.get_change_message()

    def has_delete_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:  # noqa: ARG002
        return False
