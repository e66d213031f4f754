"""What the two roles of operations staff may do, granted by migrations, and for resources by `resource_roles`.

Called with historical models: what it does must stay what it was.
"""

from collections.abc import Iterable
from typing import Any

READ_ONLY = "Operations: read-only"
EDITOR = "Operations: editor"


def grant(apps: Any, role: str, app_label: str, permissions: Iterable[tuple[str, str, str]]) -> None:
    """Give the group `role`, made if need be, (model, codename, name) permissions.

    Django makes permissions after the last migration, too late for this one: they are made here and found there.
    """
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=role)
    for model, codename, name in permissions:
        kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=app_label, model=model)
        permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": name}
        )
        group.permissions.add(permission)


def revoke(apps: Any, role: str, app_label: str) -> None:
    """Take the role's permissions on the app's models away; the group stays for those who are in it."""
    for group in apps.get_model("auth", "Group").objects.filter(name=role):
        group.permissions.remove(*group.permissions.filter(content_type__app_label=app_label))
