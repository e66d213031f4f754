"""A member of the operations staff, logged in, without a browser."""

import re
from typing import Any, NamedTuple, cast

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.api.client import HANDLER
from todoproject.accounts.models import User

TODOS = "/admin/todos/todo/"


class Staff(Client):
    """A client of `user` for the pages of the admin; an exception in a view is a 500."""

    def __init__(self, user: User) -> None:
        super().__init__(raise_request_exception=False)
        self.handler = HANDLER
        self.user = user
        self.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def see(self, path: str, **query: str) -> str:
        """Return the text of a page that must be there."""
        response = self.get(path, query)
        assert response.status_code == 200, (response.status_code, response.headers)
        return response.content.decode()

    def act(self, action: str, rows: Any, *, path: str = TODOS, **fields: Any) -> HttpResponse:
        """Select `rows` ("all" for those of all pages) in the list, choose an action, and press Go."""
        everything = rows == "all"
        selected = ["0"] if everything else [str(row.pk) for row in rows]
        data = {"action": action, "index": "0", "_selected_action": selected, "select_across": "01"[everything]}
        return cast(HttpResponse, self.post(path, {**data, **fields}))

    def confirm(self, action: str, rows: Any, number: int, *, path: str = TODOS, **fields: Any) -> HttpResponse:
        """Confirm an action on `number` rows."""
        everything = rows == "all"
        selected = ["0"] if everything else [str(row.pk) for row in rows]
        data = {"action": action, "_selected_action": selected, "select_across": "01"[everything]}
        return cast(HttpResponse, self.post(path, {**data, "confirmed": str(number), **fields}))

    def told(self, response: Any) -> list[str]:
        """Return the messages for the next page."""
        return [str(message) for message in get_messages(response.wsgi_request)]


def change_page(name: str, pk: object) -> str:
    """Return the address of one object's page: name is for example todos_todo."""
    return reverse(f"admin:{name}_change", args=[pk])


class Tile(NamedTuple):
    """A count of the start page as the page shows it."""

    number: str
    address: str
    alarming: bool


TILE = re.compile(
    r'<li(?P<alarming> class="alarming")?>\s*<a href="(?P<address>[^"]+)">'
    r"<strong>(?P<number>[\d,]+)</strong> <span>(?P<label>[^<]+)"
)


def tiles(page: str) -> dict[str, Tile]:
    """Return the counts of a start page, {label: tile}, in their order."""
    found = (one.groupdict() for one in TILE.finditer(page))
    return {one["label"]: Tile(one["number"], one["address"], one["alarming"] is not None) for one in found}
