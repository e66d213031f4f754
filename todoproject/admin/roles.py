"""Grants the two roles of operations staff their permissions, after the `migrate` that makes a model's table.

Each model in the admin says by `granted` of its ModelAdmin what editors may do; both roles see it. Editors also have
the model's own permissions (`Meta.permissions`). Not granted by migrations: a flush of the database would take the
roles away for good, and a resource could not make its first migration, since a file that depends on it would be there
before it.
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
    """Receive `post_migrate`: make the permissions that are missing and grant them, each once.

    A permission that a superuser took from a role is there already, so it is not granted again. `apps` may hold
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
    except LookupError:  # migrated to where these tables are not there yet, or no more
        return
    there = set(permissions.values_list("codename", flat=True)) if seen else set()
    with transaction.atomic():
        for role, granted in ((READ_ONLY, seen), (EDITOR, seen + edited)):
            if new := [permission for permission in granted if permission[1] not in there]:
                _grant(apps, role, label, new)


def _default_permission(action: str, options: Any) -> tuple[str, str, str]:
    return options.model_name, get_permission_codename(action, options), f"Can {action} {options.verbose_name_raw}"


def _grant(apps: Any, role: str, app_label: str, permissions: Iterable[tuple[str, str, str]]) -> None:
    """Give the group `role`, made if need be, (model, codename, name) permissions.

    Django makes permissions later in the same signal: they are made here and found there.
    """
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=role)
    for model, codename, name in permissions:
        kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=app_label, model=model)
        permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": name}
        )
        group.permissions.add(permission)
