"""Receivers that record logins, and what Django's admin does by itself.

A failed login has the id of the account that was tried, and never the name that was typed: people type passwords into
that field.

Django's admin saves an entry of its history with `save`, which sends a signal. Our own code in the admin records its
changes itself, and writes the history by `todoproject.admin.history` with `bulk_create`, which sends none.
https://docs.djangoproject.com/en/5.2/ref/contrib/admin/#logentry-objects
"""

import json
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_save
from django.dispatch import receiver

from todoproject.audit import record


@receiver(user_logged_in)
def logged_in(user: Any, **_: Any) -> None:
    """Record a login to the admin; the API records its own, with the id of the session."""
    record("login.succeeded", actor=user.pk)


@receiver(user_logged_out)
def logged_out(user: Any, **_: Any) -> None:
    if user is not None:
        record("logout", actor=user.pk)


@receiver(user_login_failed)
def login_failed(credentials: Mapping[str, Any], request: Any = None, **_: Any) -> None:
    """Record a wrong password, unless it led to a lock-out: axes has sent a signal of its own for that."""
    if getattr(request, "axes_locked_out", False):
        return
    record("login.failed", target=account_id(credentials.get(get_user_model().USERNAME_FIELD)))


def locked_out(username: str | None, **_: Any) -> None:
    record("login.locked_out", target=account_id(username))


def account_id(username: str | None) -> int | None:
    """Return the id of the account with this name, None where there is none."""
    if not username or "\0" in username:  # which PostgreSQL refuses
        return None
    return get_user_model().objects.filter(username=username).values_list("pk", flat=True).first()


if apps.is_installed("axes"):
    from axes.signals import user_locked_out

    user_locked_out.connect(locked_out)


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

    A message that is plain text names none: code of a library wrote it, and it may hold anything.
    """
    try:
        entries = json.loads(message)
        labels = {label for entry in entries for label in entry.get("changed", {}).get("fields", ())}
    except (ValueError, TypeError, AttributeError):
        return []
    return [label.lower().replace(" ", "_") for label in labels]
