"""Staff, users and todos in the running service's database, made once for the browser."""

import json

from tests.service import PASSWORD, Service

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
