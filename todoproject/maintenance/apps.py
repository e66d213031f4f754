"""Refuses to migrate with an image that is older than the schema allows.

Migrations expand, so an older release serves a newer schema. One that takes away what older releases still need is
called ``NNNN_contract_…``. From then on only images that know it may be released; every image asks before it migrates.
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
        # Django signals only for apps with models; once is enough.
        pre_migrate.connect(refuse_older_image, sender=apps.get_app_config("accounts"), dispatch_uid="schema-floor")


def refuse_older_image(using: str, **_signal: Any) -> None:
    """Receive `pre_migrate`: raise CommandError if the database has a contracting migration that is not known here."""
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415  apps come first

    loader = MigrationLoader(connections[using])
    unknown = (key for key in loader.applied_migrations if key not in loader.disk_migrations)
    contracted = sorted(f"{app}.{name}" for app, name in unknown if MARK in name)
    if contracted:
        raise CommandError(
            f"This image is older than the applied schema allows: it does not know {', '.join(contracted)}. "
            "Release one that does."
        )
