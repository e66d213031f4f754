"""A client of the API as a front end is one."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, cast

from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from tests.sample import SUBJECTS, Subject
from todoproject.accounts.models import User

# One for all clients: each would scan static/ (WhiteNoise), which takes ten times as long as the test itself. Settings
# that a middleware reads when it is made are therefore those of the first test.
HANDLER = ClientHandler(enforce_csrf_checks=False)


class ApiClient(Client):
    """A Bearer token, JSON in and out; an exception in a view is a 500 here too.

    It knows the resource that a test is about, and makes bodies and rows of it that its user may have.
    """

    def __init__(self, token: str = "", *, user: User | None = None, subject: Subject = SUBJECTS[0]) -> None:
        super().__init__(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"} if token else None)
        self.handler = HANDLER
        self.token, self.user, self.subject, self.path = token, user, subject, subject.path

    def send(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> HttpResponse:
        """Send one request; `body` is JSON, or bytes that are sent as they are; header names as on the wire."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        response = self.generic(method, path, data, content_type="application/json", headers=headers)
        return cast(HttpResponse, response)

    def create(self, **values: object) -> dict[str, Any]:
        """Create a row, `sample` but for `values`, and return its JSON."""
        response = self.send("POST", self.path, self.sample() | values)
        assert response.status_code == 201, response.content
        row: dict[str, Any] = parsed(response)
        return row

    @cached_property
    def _references(self) -> dict[str, int]:
        return self.subject.references(self.user) if self.user else {}

    @property
    def references(self) -> dict[str, int]:
        """A row that the user may name, for each foreign key; another one each time where it must be unique."""
        return self._references | (self.subject.references(self.user, unique=True) if self.user else {})

    def sample(self, number: int = 0) -> dict[str, Any]:
        """Return the least body that is accepted; equal ones of equal numbers, but for what must be unique."""
        return self.subject.body(number, self.references)

    def full(self, number: int = 5) -> dict[str, Any]:
        """Return a body with every member; of number 5 none is the default."""
        return self.subject.body(number, self.references, full=True)

    def row(self, body: Mapping[str, Any] | None = None, **values: Any) -> Any:
        """Make a row that the user sees."""
        assert self.user
        return self.subject.row(self.user, body, **values)

    def like(self, body: Mapping[str, Any]) -> Any:
        """Make a row of a body, but for what must be unique: any number of them may be made."""
        return self.row({name: value for name, value in body.items() if name not in self.subject.unique})

    def spread(self, number: int, **values: Any) -> Any:
        """Make row `number` of several that share keys."""
        assert self.user
        return self.subject.spread(self.user, number, self.references, **values)

    @property
    def rows(self) -> Any:
        """The manager of the resource's model."""
        return self.subject.model._default_manager


def parsed(response: HttpResponse) -> Any:
    """Return the JSON of an answer."""
    return json.loads(response.content)
