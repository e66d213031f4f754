"""Sends a running service the requests of a user, who exists only during the test."""

import json
import secrets
import urllib.error
import urllib.request
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework import serializers

from todoproject.accounts import tokens
from todoproject.accounts.models import User
from todoproject.api import examples, registry
from todoproject.api.constraints import is_unique
from todoproject.api.fields import ReferenceField
from todoproject.api.resource import Resource
from todoproject.api.scope import Shared

# More than a request may take: two seconds to connect to the database, five for a statement.
TIMEOUT_SECONDS = 10


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Returns a redirect as the response: no address of this test redirects."""

    def redirect_request(self, *_args: Any) -> None:
        return None


class Command(BaseCommand):
    help = (
        "Creates, lists, changes and deletes a row of each resource of the service at this URL, which must have this "
        "process's database and keys. Exit 0 if every response is right; leaves nothing behind. Of a resource that a "
        "team shares, and of one that needs such a row, it only reads the list."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help="for example http://web-blue")

    def handle(self, *_args: Any, **options: Any) -> None:
        self.url = options["url"].rstrip("/")
        self.made: list[tuple[type[Resource], int]] = []
        self.user = User.objects.create_user(f"smoke-{secrets.token_hex(8)}")  # without a password nobody can log in
        try:
            self.token = tokens.issue_access(self.user.pk)
            self.ask("GET", "/readyz", 200, with_token=False)
            self.ask("GET", "/schema", 200, with_token=False)
            for resource in registry.resources():
                self.ask_resource(resource)
        finally:
            for resource, key in reversed(self.made):
                resource.model._default_manager.filter(pk=key).delete()
            self.user.delete()  # with all its rows
        self.stdout.write(f"{self.url} serves.")

    def ask_resource(self, resource: type[Resource]) -> None:
        path = resource.path()
        self.ask("GET", path, 401, with_token=False)
        row = self.create(resource) if can_create(resource) else None
        rows = self.ask("GET", path, 200)
        if row is None:
            return
        if row not in rows:
            raise CommandError(f"GET {path} does not list what POST {path} has made.")
        self.ask("PATCH", f"{path}/{row['id']}", 200, self.with_keys(resource, examples.changed_body(resource)))
        self.ask("DELETE", f"{path}/{row['id']}", 204)

    def create(self, resource: type[Resource]) -> Any:
        """Create a row over HTTP, after the rows that it needs."""
        body = self.with_keys(resource, examples.required_body(resource))
        row = self.ask("POST", resource.path(), 201, body)
        self.made.append((resource, row["id"]))
        return row

    def with_keys(self, resource: type[Resource], body: dict[str, Any]) -> dict[str, Any]:
        """Return `body` with keys of existing rows, and with values for unique fields that no row has."""
        for name, given in body.items():
            column: Any = resource.model._meta.get_field(name)
            if column.is_relation:
                target = registry.resource_of(column.related_model)
                body[name] = self.create(target)["id"] if target else self.user.pk
            elif is_unique(column):
                body[name] = unlikely(resource.form().fields[name], given)
        return body

    def ask(
        self, method: str, path: str, expected: int, body: dict[str, Any] | None = None, *, with_token: bool = True
    ) -> Any:
        """Send a request and return the JSON of the response; raise `CommandError` if its status is wrong."""
        # Behind the load balancer https is a header. X-Synthetic keeps the test out of the users' figures.
        headers = {"X-Forwarded-Proto": "https", "X-Synthetic": "1", "Content-Type": "application/json"}
        if with_token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.build_opener(NoRedirect).open(request, timeout=TIMEOUT_SECONDS) as answer:
                status, received = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, received = error.code, error.read()
        except OSError as error:
            raise CommandError(f"{method} {path}: {error}") from None
        if status != expected:
            text = received[:500].decode(errors="replace")
            raise CommandError(f"{method} {path}: {status} instead of {expected}: {text}")
        self.stdout.write(f"{status} {method} {path}")
        return json.loads(received) if received and with_token else None


def unlikely(field: Any, given: Any) -> Any:
    """Return a random value of a member that must be unique, which no row has; or `given` if its rules refuse that."""
    number, limits, value = secrets.randbelow(10**8), field, given
    match field:
        case serializers.IntegerField():
            least = limits.min_value or 0
            value = least + number % (limits.max_value - least + 1)
        case serializers.DecimalField():
            value = str(number % 10 ** (limits.max_digits - limits.decimal_places))
        case serializers.DateField() | serializers.DateTimeField():
            day = date.min + timedelta(days=number % date.max.toordinal())
            value = f"{day}T00:00:00Z" if isinstance(field, serializers.DateTimeField) else f"{day}"
        case serializers.CharField():
            value = secrets.token_hex(16)[: field.max_length]
    try:
        field.run_validation(value)
    except serializers.ValidationError:
        return given
    return value


def can_create(resource: type[Resource]) -> bool:
    """Say whether a user without a team may create a row, and every row that it needs."""
    if isinstance(resource.scope, Shared):
        return False
    members = resource.form().fields.items()
    needed: list[str] = [name for name, field in members if isinstance(field, ReferenceField) and field.required]
    columns: list[Any] = [resource.model._meta.get_field(name) for name in needed]
    targets = [registry.resource_of(column.related_model) for column in columns]
    return all(target is None or can_create(target) for target in targets)
