from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoproject.accounts.models import User
from todoproject.accounts.tokens import issue_access


class Command(BaseCommand):
    help = "Prints an access token of a user, alone on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        name = User.normalize_username(options["name"])
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(
                f"There is no user {name}: `make user NAME={name} PASSWORD=…` creates one, or "
                f"`manage.py user {name}` in a pod."
            )
        if not user.is_active:
            raise CommandError(f"User {name} is inactive and gets no token.")
        self.stdout.write(issue_access(user.pk))
