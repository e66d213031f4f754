"""A client of the API as a front end is one."""

import json
from collections.abc import Mapping
from typing import Any, cast

from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from tests.sample import PATH, SAMPLE

# One for all clients: each would scan static/ (WhiteNoise), which takes ten times as long as the test itself. Settings
# that a middleware reads when it is made are therefore those of the first test.
HANDLER = ClientHandler(enforce_csrf_checks=False)


class ApiClient(Client):
    """A Bearer token, JSON in and out; an exception in a view is a 500 here too."""

    def __init__(self, token: str = "") -> None:
        super().__init__(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"} if token else None)
        self.handler = HANDLER

    def send(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> HttpResponse:
        """Send one request; `body` is JSON, or bytes that are sent as they are; header names as on the wire."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        response = self.generic(method, path, data, content_type="application/json", headers=headers)
        return cast(HttpResponse, response)

    def create(self, **values: object) -> dict[str, Any]:
        """Create a todo, `SAMPLE` but for `values`, and return its JSON."""
        response = self.send("POST", PATH, SAMPLE | values)
        assert response.status_code == 201, response.content
        todo: dict[str, Any] = parsed(response)
        return todo


def parsed(response: HttpResponse) -> Any:
    """Return the JSON of an answer."""
    return json.loads(response.content)
