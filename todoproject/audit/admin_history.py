"""Records what Django's admin does by itself: each entry that it saves in its history is a line of the trail.

It writes one entry with `save`, which sends a signal, and several with `bulk_create`, which does not: the site-wide
action "delete selected" is therefore wrapped. What we do in the admin is recorded by the functions that do it, and its
history written by `todoproject.admin.history`, again with `bulk_create`: so nothing has two lines.
https://docs.djangoproject.com/en/5.2/ref/contrib/admin/#logentry-objects
"""

import json
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db.models import QuerySet
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from todoproject.audit import record

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]

VERBS = {ADDITION: "created", CHANGE: "changed", DELETION: "deleted"}


@receiver(post_save, sender=LogEntry)
def entry_written(instance: LogEntry, created: bool, **_: Any) -> None:  # noqa: FBT001  the signature is Django's
    if created and instance.content_type is not None:
        record(
            f"{instance.content_type.model}.{VERBS[instance.action_flag]}",
            actor=instance.user_id,
            target=instance.object_id,
            changes=changed_fields(instance.change_message),
        )


def changed_fields(message: str) -> list[str]:
    """Return the names of fields in a change message, which has their labels: ``Due at`` is due_at.

    A message that is plain text was written by code of somebody else and may hold anything: it names no field.
    """
    try:
        entries = json.loads(message)
        labels = {label for entry in entries for label in entry.get("changed", {}).get("fields", ())}
    except (ValueError, TypeError, AttributeError):
        return []
    return [label.lower().replace(" ", "_") for label in labels]


@wraps(delete_selected)
def delete_selected_recorded(
    modeladmin: "AnyModelAdmin", request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponse | None:
    """Delete as Django does, and record what was deleted."""
    targets = [row.pk for row in queryset] if request.POST.get("post") else []
    response = delete_selected(modeladmin, request, queryset)
    if response is None and len(targets) > 1:  # of one row the entry is saved, and the signal comes
        record(f"{modeladmin.opts.model_name}.deleted", actor=request.user.pk, targets=targets)
    return response


admin.site.add_action(delete_selected_recorded, "delete_selected")
