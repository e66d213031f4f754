import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoproject.accounts.models import User


class Command(BaseCommand):
    """Takes the password from stdin or the terminal: `ps` and the shell's history would show an argument."""

    help = "Creates a user of the API, or gives an existing one a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *_args: Any, **options: Any) -> None:
        name = User.normalize_username(options["name"])
        password = sys.stdin.read().removesuffix("\n") if options["password_stdin"] else getpass("Password: ")
        user = User.objects.filter(username=name).first()
        is_new = user is None
        user = user or User(username=name)
        try:
            user.clean_fields(exclude=["password"])
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        user.set_password(password)
        user.save()
        if is_new:
            self.stdout.write(f"User {name} was created.")
        else:
            inactive = "" if user.is_active else " The user stays inactive."
            self.stdout.write(f"User {name} exists: the password was replaced, login sessions end.{inactive}")
