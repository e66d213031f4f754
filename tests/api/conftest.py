"""Callers of the API: a user, another user, and nobody."""

import pytest

from tests.api.client import ApiClient
from tests.factories import UserFactory
from todoproject.accounts.models import User
from todoproject.accounts.tokens import issue_access


@pytest.fixture
def user(db: None) -> User:
    return UserFactory.create()


@pytest.fixture
def other_user(db: None) -> User:
    return UserFactory.create()


@pytest.fixture
def api(user: User) -> ApiClient:
    """The API as `user` sees it."""
    return ApiClient(issue_access(user.pk))


@pytest.fixture
def other_api(other_user: User) -> ApiClient:
    """The API as `other_user` sees it."""
    return ApiClient(issue_access(other_user.pk))


@pytest.fixture
def anonymous() -> ApiClient:
    """The API without a token."""
    return ApiClient()
