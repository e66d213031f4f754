"""Refuses to migrate if the image is older than the schema allows.

Most migrations expand, so an older release can serve a newer schema. A migration that removes something that older
releases need is called ``NNNN_contract_…``. Only images that have it may be released afterwards.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.core.management.base import CommandError
from django.db import connections
from django.db.models.signals import pre_migrate

MARK = "_contract_"


class MaintenanceConfig(AppConfig):
    name = "todoproject.maintenance"

    def ready(self) -> None:
        # Django sends pre_migrate for each app with models; one is enough.
        pre_migrate.connect(refuse_older_image, sender=apps.get_app_config("accounts"), dispatch_uid="schema-floor")


def refuse_older_image(using: str, **_signal: Any) -> None:
    """Receive `pre_migrate`: raise CommandError if the database has a contracting migration that this image has not."""
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415  apps come first

    loader = MigrationLoader(connections[using])
    unknown = (key for key in loader.applied_migrations if key not in loader.disk_migrations)
    contracted = sorted(f"{app}.{name}" for app, name in unknown if MARK in name)
    if contracted:
        raise CommandError(
            f"This image is older than the applied schema allows: it does not know {', '.join(contracted)}. "
            "Release one that does."
        )
