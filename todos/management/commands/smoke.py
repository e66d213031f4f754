"""Asks a running service what a user would, over HTTP, as a user that exists for the length of the test."""

import json
import secrets
import urllib.error
import urllib.request
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoproject.accounts import tokens
from todoproject.accounts.models import User
from todos.resource import RESOURCE

# Above what a request may take in the service: two seconds to connect to the database, five for a statement.
TIMEOUT_SECONDS = 10


class Step(NamedTuple):
    """A request, and the status that it must have."""

    method: str
    path: str
    status: int
    body: dict[str, Any] | None = None
    with_token: bool = True


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Takes a redirect for an answer: nothing that is asked here has moved."""

    def redirect_request(self, *_args: Any) -> None:
        return None


class Command(BaseCommand):
    help = (
        "Logs in nobody, but signs a token, writes, reads and deletes a to-do at the service of this URL, which must "
        "have this process's database and keys. Exit 0 when every answer is right; leaves nothing behind."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help="for example http://todo-blue")

    def handle(self, *_args: Any, **options: Any) -> None:
        self.url = options["url"].rstrip("/")
        user = User.objects.create_user(f"smoke-{secrets.token_hex(8)}")  # without a password nobody can log in
        try:
            self.token = tokens.issue_access(user.pk)
            self.ask_everything()
        finally:
            user.delete()  # and with it whatever is still there
        self.stdout.write(f"{self.url} serves.")

    def ask_everything(self) -> None:
        path = RESOURCE["path"]
        self.ask(Step("GET", "/readyz?deep=1", 200, with_token=False))
        self.ask(Step("GET", "/schema", 200, with_token=False))
        self.ask(Step("GET", path, 401, with_token=False))
        made = self.ask(Step("POST", path, 201, RESOURCE["example"]))
        if made not in self.ask(Step("GET", path, 200)):
            raise CommandError(f"GET {path} does not list what POST {path} has made.")
        self.ask(Step("PATCH", f"{path}/{made['id']}", 200, RESOURCE["change"]))
        self.ask(Step("DELETE", f"{path}/{made['id']}", 204))

    def ask(self, step: Step) -> Any:
        """Return the answer's JSON; raise `CommandError` with the answer when its status is another."""
        # As the load balancer would: behind it https is a header. X-Synthetic keeps the test out of the users' figures.
        headers = {"X-Forwarded-Proto": "https", "X-Synthetic": "1", "Content-Type": "application/json"}
        if step.with_token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if step.body is None else json.dumps(step.body).encode()
        request = urllib.request.Request(self.url + step.path, data, headers, method=step.method)  # noqa: S310
        try:
            with urllib.request.build_opener(NoRedirect).open(request, timeout=TIMEOUT_SECONDS) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        except OSError as error:
            raise CommandError(f"{step.method} {step.path}: {error}") from None
        if status != step.status:
            text = body[:500].decode(errors="replace")
            raise CommandError(f"{step.method} {step.path}: {status} instead of {step.status}: {text}")
        self.stdout.write(f"{status} {step.method} {step.path}")
        return json.loads(body) if body and step.path.startswith(RESOURCE["path"]) else None
