"""The people of the admin: a superuser, an editor, a reader; and a browser for them."""

from collections.abc import Callable, Generator
from typing import NamedTuple

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Browser

from tests.admin.browser import Visitor, chromium, executable
from tests.admin.staff import Staff, seed
from tests.factories import UserFactory
from tests.service import Service, migrated_database, running
from todoproject.accounts.models import User
from todoproject.admin.roles import EDITOR, READ_ONLY


@pytest.fixture
def owner(db: None) -> User:
    """An API user with todos."""
    return UserFactory.create(username="ada")


@pytest.fixture
def superuser(db: None) -> Staff:
    return Staff(UserFactory.create(username="root", is_staff=True, is_superuser=True))


def in_role(username: str, role: str) -> Staff:
    user = UserFactory.create(username=username, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return Staff(user)


@pytest.fixture
def editor(db: None) -> Staff:
    return in_role("edith", EDITOR)


@pytest.fixture
def reader(db: None) -> Staff:
    return in_role("rita", READ_ONLY)


class Site(NamedTuple):
    """A running service, and the session of each of its staff."""

    service: Service
    sessions: dict[str, str]


# ── In a browser ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site, None, None]:
    """A service that has the resources of tests/conformance too, with staff and users whose names begin with b-."""
    executable()  # no work where there is no browser
    with (
        migrated_database("todo_admin") as environment,
        running(environment, tmp_path_factory.mktemp("site") / "log") as service,
    ):
        staff = {"b-root": "", "b-edith": EDITOR, "b-rita": READ_ONLY, "b-locked": READ_ONLY}
        yield Site(service, seed(service, staff=staff, owners={"b-ada": 150, "b-linus": 5}))


@pytest.fixture(scope="module")
def browser(site: Site) -> Generator[Browser, None, None]:
    """A Chromium for the tests of one module; `site` comes first, since no database can be made beside it."""
    with chromium(executable()) as running_browser:
        yield running_browser


@pytest.fixture
def visit(browser: Browser, site: Site) -> Generator[Callable[..., Visitor], None, None]:
    """Open the site, logged in as a member of staff or not at all. At the end no console may have an error."""
    visitors = []

    def opened(name: str = "") -> Visitor:
        somebody = Visitor(browser, site.service.url, session=site.sessions.get(name, ""))
        visitors.append(somebody)
        somebody.go("/admin/")
        return somebody

    yield opened
    for somebody in visitors:
        somebody.context.close()
    assert [problem for somebody in visitors for problem in somebody.problems] == []
