"""Grants permissions to the two roles of operations staff after each `migrate`.

`granted` of a ModelAdmin lists actions: both roles have the first, editors also the others and the model's own
permissions (`Meta.permissions`). Migrations could not grant them: a flush of the database would remove the roles, and a
resource's first migration would need a file that depends on it.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.db import transaction

READ_ONLY = "Operations: read-only"
EDITOR = "Operations: editor"


def grant_new_permissions(sender: AppConfig, apps: Any = installed, **_signal: Any) -> None:
    """Receive `post_migrate`: make missing permissions, and grant them.

    A permission that exists is not granted again: a superuser may have taken it from the role. `apps` may hold
    historical models.
    """
    label = sender.label
    seen, edited = [], []
    try:
        permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label=label)
        for model_admin in admin.site._registry.values():  # noqa: SLF001  it has no public name
            actions: tuple[str, ...] = getattr(model_admin, "granted", ())
            if model_admin.opts.app_label == label and actions:
                options = apps.get_model(label, model_admin.opts.model_name)._meta
                made = [_default_permission(action, options) for action in actions]
                seen += made[:1]
                edited += made[1:] + [(options.model_name, *permission) for permission in options.permissions]
    except LookupError:  # at this migration the tables do not exist
        return
    there = set(permissions.values_list("codename", flat=True)) if seen else set()
    with transaction.atomic():
        for role, granted in ((READ_ONLY, seen), (EDITOR, seen + edited)):
            if new := [permission for permission in granted if permission[1] not in there]:
                _grant(apps, role, label, new)


def _default_permission(action: str, options: Any) -> tuple[str, str, str]:
    return options.model_name, get_permission_codename(action, options), f"Can {action} {options.verbose_name_raw}"


def _grant(apps: Any, role: str, app_label: str, permissions: Iterable[tuple[str, str, str]]) -> None:
    """Grant (model, codename, name) permissions to the group `role`, and make both if they are missing.

    Django makes permissions in a later receiver of the same signal, and finds ours.
    """
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=role)
    for model, codename, name in permissions:
        kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=app_label, model=model)
        permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": name}
        )
        group.permissions.add(permission)
