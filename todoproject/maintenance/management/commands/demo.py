"""Fills a service with demo users, and with rows of each app that has demo data."""

from collections import defaultdict
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

# name, rows of each resource
PEOPLE = (("ada", 180), ("grace", 90), ("linus", 45), ("admin", 0))


class Command(BaseCommand):
    """`manage.py demo`: users ada, grace and linus with some hundred rows, and admin, a superuser.

    The module `demo` of an app has ``demo_rows(owner_id, count, now, seed="")``, which yields unsaved rows. Those that
    a foreign key points at come first, made with another seed. New users get rows of every app; existing users only of
    apps that have no row yet.
    """

    help = (
        "Make demo users (ada, grace, linus; admin as superuser) and their rows. Existing users and rows stay as they "
        "are; existing users get rows of apps that have none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password-file", type=Path, required=True, help="file with the password of all of them")

    def handle(self, *_args: Any, **options: Any) -> None:
        password, now = options["password_file"].read_text(encoding="utf-8").strip(), timezone.now()
        configs = [config for config in apps.get_app_configs() if module_has_submodule(config.module, "demo")]
        with transaction.atomic():
            people = [(*self._person(name, password), count) for name, count in PEOPLE]
            rows: dict[type[Any], list[Any]] = defaultdict(list)
            for config in configs:
                empty = not any(model._default_manager.exists() for model in config.get_models())
                source = import_module(f"{config.name}.demo").demo_rows
                for key, is_new, count in people:
                    if count and (is_new or empty):
                        # Rows that those of an existing user lead to may still be there, with the same unique values.
                        for row in source(key, count, now, "" if is_new else f"{now.timestamp()} "):
                            rows[type(row)].append(row)
            for model, made in rows.items():
                # In the order of their creation, since the admin lists rows by id.
                model._default_manager.bulk_create(sorted(made, key=attrgetter("created_at")))
                self.stdout.write(f"{len(made)} {model._meta.verbose_name_plural}")

    def _person(self, name: str, password: str) -> tuple[int, bool]:
        """Return the key of a user, and whether this made the user."""
        users = get_user_model().objects
        if found := users.filter(username=name).values_list("pk", flat=True).first():
            return found, False
        make = users.create_superuser if name == "admin" else users.create_user
        return int(make(name, email=f"{name}@example.com", password=password).pk), True
