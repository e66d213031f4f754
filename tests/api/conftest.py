"""Callers of the API: a user, another user, and nobody, who ask for a resource."""

import pytest

from tests.api.client import ApiClient
from tests.conformance.factories import MembershipFactory
from tests.sample import PLAIN, Subject
from todoproject.accounts.models import User
from todoproject.accounts.tokens import issue_access


@pytest.fixture
def subject() -> Subject:
    """The resource that a test is about: the plainest, unless it is marked with others."""
    return PLAIN


@pytest.fixture
def user(db: None) -> User:
    """A user with a team of their own."""
    user: User = MembershipFactory.create().user
    return user


@pytest.fixture
def other_user(db: None) -> User:
    user: User = MembershipFactory.create().user
    return user


@pytest.fixture
def api(user: User, subject: Subject) -> ApiClient:
    """The API as `user` sees it."""
    return ApiClient(issue_access(user.pk), user=user, subject=subject)


@pytest.fixture
def other_api(other_user: User, subject: Subject) -> ApiClient:
    """The API as `other_user` sees it."""
    return ApiClient(issue_access(other_user.pk), user=other_user, subject=subject)


@pytest.fixture
def anonymous(subject: Subject) -> ApiClient:
    """The API without a token."""
    return ApiClient(subject=subject)
