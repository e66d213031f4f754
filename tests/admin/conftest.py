"""The admin as its people see it: a superuser, an editor, a reader, and what they click."""

from collections.abc import Generator

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Browser

from tests.admin.browser import Visitor, chromium, executable
from tests.admin.people import seed
from tests.admin.staff import Staff
from tests.factories import UserFactory
from tests.service import Service
from todoproject.accounts.models import User
from todoproject.admin.roles import EDITOR, READ_ONLY


@pytest.fixture
def owner(db: None) -> User:
    """An API user with todos."""
    return UserFactory.create(username="ada")


@pytest.fixture
def superuser(db: None) -> Staff:
    return Staff(UserFactory.create(username="root", is_staff=True, is_superuser=True))


@pytest.fixture
def editor(db: None) -> Staff:
    user = UserFactory.create(username="edith", is_staff=True)
    user.groups.add(Group.objects.get(name=EDITOR))
    return Staff(user)


@pytest.fixture
def reader(db: None) -> Staff:
    user = UserFactory.create(username="rita", is_staff=True)
    user.groups.add(Group.objects.get(name=READ_ONLY))
    return Staff(user)


# ── In a browser ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def people(service: Service) -> None:
    """Staff and users of the running service, whose names begin with b-, and an address that has not logged in yet."""
    executable()  # no work where there is no browser
    staff = {"b-root": "", "b-edith": EDITOR, "b-rita": READ_ONLY, "b-locked": READ_ONLY}
    seed(service, staff=staff, owners={"b-ada": 1000, "b-grace": 0, "b-linus": 5, "b-mary": 5, "b-nora": 5})


@pytest.fixture(scope="module")
def browser() -> Generator[Browser, None, None]:
    """A Chromium for the tests of one module, none of which touches the database itself."""
    with chromium(executable()) as running:
        yield running


@pytest.fixture
def visitor(browser: Browser, service: Service, people: None) -> Generator[Visitor, None, None]:
    """Somebody who is not logged in; in the end no page of his may have complained."""
    somebody = Visitor(browser, service.url)
    yield somebody
    somebody.context.close()
    assert somebody.problems == []
