"""Records what Django's admin does by itself: each entry that it saves in its history is a line of the trail.

It writes one entry with `save`, which sends a signal, and several with `bulk_create`, which does not: only its action
"delete selected" does that, which the site does not have. Changes by the code of this service in the admin are recorded
by the functions that do it, and its history written by `todoproject.admin.history` with `bulk_create`: so nothing has
two lines.
https://docs.djangoproject.com/en/5.2/ref/contrib/admin/#logentry-objects
"""

import json
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db.models.signals import post_save
from django.dispatch import receiver

from todoproject.audit import record

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
