"""What the two roles of operations staff may do with a resource: see, and (editors) add, change and delete.

Granted after `migrate`, not by a migration of the resource, which could then not make its first one: a file that
depends on it would be there before it.

resource_roles.register(self.label)      # in AppConfig.ready()
"""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.contrib.auth import get_permission_codename
from django.db import transaction

from todoproject.admin.roles import EDITOR, READ_ONLY, grant

_labels: set[str] = set()


def register(app_label: str) -> None:
    """Grant the roles what is new in the models of this app, at the `migrate` that makes it."""
    _labels.add(app_label)


def grant_new_permissions(sender: AppConfig, apps: Any = installed, **_signal: Any) -> None:
    """Receive `post_migrate`: make the permissions that are missing and grant them, each once.

    What a superuser has taken from a role is never given back: its permission is there already.
    """
    label = sender.label
    if label not in _labels:
        return
    try:
        permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label=label)
        models = [model._meta for model in apps.get_app_config(label).get_models()]  # noqa: SLF001  public
    except LookupError:  # migrated to where these tables are not there yet, or no more
        return
    there = set(permissions.values_list("codename", flat=True))
    new = {
        codename: (action, (options.model_name, codename, f"Can {action} {options.verbose_name_raw}"))
        for options in models
        for action in options.default_permissions
        if (codename := get_permission_codename(action, options)) not in there
    }
    if new:
        with transaction.atomic():
            grant(apps, READ_ONLY, label, [permission for action, permission in new.values() if action == "view"])
            grant(apps, EDITOR, label, [permission for _, permission in new.values()])
