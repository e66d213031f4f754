"""Fills an empty service with people and todos to look at."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from todos.demo import demo_todos
from todos.models import Todo

# name, how many todos
PEOPLE = (("ada", 180), ("grace", 90), ("linus", 45), ("admin", 0))


class Command(BaseCommand):
    """`manage.py demo`: users ada, grace and linus with some hundred todos, and admin, a superuser."""

    help = "Make demo users (ada, grace, linus; admin as superuser) and their todos. What exists is left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password-file", type=Path, required=True, help="file with the password of all of them")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        password = options["password_file"].read_text(encoding="utf-8").strip()
        now = timezone.now()
        with transaction.atomic():
            todos = [todo for name, count in PEOPLE for todo in self._person(name, count, password, now)]
            # In the order of their time, as they would have come in: the admin lists them by id.
            Todo.objects.bulk_create(sorted(todos, key=lambda todo: todo.created_at))

    def _person(self, name: str, count: int, password: str, now: datetime) -> Iterator[Todo]:
        user_model = get_user_model()
        if user_model.objects.filter(username=name).exists():
            return
        make = user_model.objects.create_superuser if name == "admin" else user_model.objects.create_user
        user = make(name, email=f"{name}@example.com", password=password)
        self.stdout.write(f"{name}: {count} todos")
        yield from demo_todos(user.pk, count, now)
