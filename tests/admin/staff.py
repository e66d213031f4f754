"""Members of the operations staff: logged in without a browser, and in the database of a running service for one."""

import json
import re
from typing import Any, NamedTuple, cast

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.api.client import HANDLER
from tests.service import PASSWORD, Service
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
        data = {"action": action, "_selected_action": selected, "select_across": "01"[everything]}
        place = {} if "confirmed" in fields else {"index": "0"}  # the page that asks has one form alone
        return cast(HttpResponse, self.post(path, {**data, **place, **fields}))

    def confirm(self, action: str, rows: Any, number: int | str, *, path: str = TODOS, **fields: Any) -> HttpResponse:
        """Confirm an action on `number` rows."""
        return self.act(action, rows, path=path, confirmed=str(number), **fields)

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


# ── For a browser ────────────────────────────────────────────────────────────────────────────────────────────────────
# Run by `manage.py shell`, in the service's own environment; `given` is defined above it.
SEED = """
from datetime import timedelta
from django.apps import apps
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from todoproject.accounts.models import User
from todoproject.accounts.refresh import login_session_begin
from todoproject.throttling.models import Counter

password, now = make_password(given["password"]), timezone.now()

def person(name, **values):
    values |= {"password": password, "email": f"{name}@example.com"}
    return User.objects.update_or_create(username=name, defaults=values)[0]

cookies = {}
for name, role in given["staff"].items():
    user = person(name, is_staff=True, is_superuser=not role)
    user.groups.set(Group.objects.filter(name=role))
    session = SessionStore()
    session.update({
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    })
    session.save()
    cookies[name] = session.session_key
for name, number in given["owners"].items():
    owner = person(name)
    if apps.is_installed("todos"):
        Todo = apps.get_model("todos", "Todo")
        due = [now + timedelta(hours=hour - number // 2) for hour in range(number)]
        Todo.objects.filter(owner=owner).delete()
        Todo.objects.bulk_create(
            Todo(owner=owner, title=f"{name}'s todo {hour + 1:04}", due_at=at) for hour, at in enumerate(due)
        )
    login_session_begin(owner)
    if apps.is_installed("tests.conformance"):
        from tests.conformance.models import Membership, Team, WorkSite
        team, _ = Team.objects.get_or_create(name="Surveyors")
        Membership.objects.get_or_create(user=owner, defaults={"team": team})
        WorkSite.objects.get_or_create(team=team, name=f"{name} quay")
Counter.objects.all().delete()
print(json.dumps(cookies))
"""


def seed(service: Service, *, staff: dict[str, str], owners: dict[str, int]) -> dict[str, str]:
    """Make `staff` {name: group, "" for a superuser} and `owners` {name: number of open todos}, all with PASSWORD.

    Logins are counted from none again. Returns a session of each of the staff, {name: cookie}.
    """
    given = json.dumps({"password": PASSWORD, "staff": staff, "owners": owners})
    said = service.manage("shell", "--no-imports", "-c", f"import json\ngiven = json.loads({given!r})\n{SEED}")
    cookies: dict[str, str] = json.loads(said.splitlines()[-1])
    return cookies
