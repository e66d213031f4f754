"""Staff, users and todos in the running service's database, made once for the browser."""

import json

from tests.service import PASSWORD, Service

# Run by `manage.py shell`, in the service's own environment; `given` is defined above it.
SEED = """
from datetime import timedelta
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone
from todoproject.accounts.models import User
from todoproject.accounts.refresh import login_session_begin
from todoproject.throttling.models import Counter
from todos.models import Todo

password, now = make_password(given["password"]), timezone.now()

def person(name, **values):
    values |= {"password": password, "email": f"{name}@example.com"}
    return User.objects.update_or_create(username=name, defaults=values)[0]

for name, role in given["staff"].items():
    person(name, is_staff=True, is_superuser=not role).groups.set(Group.objects.filter(name=role))
for name, number in given["owners"].items():
    owner = person(name)
    due = [now + timedelta(hours=hour - number // 2) for hour in range(number)]
    Todo.objects.filter(owner=owner).delete()
    Todo.objects.bulk_create(
        Todo(owner=owner, title=f"{name}'s todo {hour + 1:04}", due_at=at) for hour, at in enumerate(due)
    )
    login_session_begin(owner)
Counter.objects.all().delete()
"""


def seed(service: Service, *, staff: dict[str, str], owners: dict[str, int]) -> None:
    """Make `staff` {name: group, "" for a superuser} and `owners` {name: number of open todos}, all with PASSWORD.

    Logins are counted from none again.
    """
    given = json.dumps({"password": PASSWORD, "staff": staff, "owners": owners})
    service.manage("shell", "--no-imports", "-c", f"import json\ngiven = json.loads({given!r})\n{SEED}")
