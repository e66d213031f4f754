"""The API as a member of a team sees it; inspections are what most tests here are about."""

from typing import Any

import pytest

from tests.api.client import ApiClient
from tests.api.conftest import anonymous, api, other_api, other_user, user
from tests.conformance.models import Inspection, WorkSite
from tests.sample import SUBJECTS_BY_MODEL, Subject

__all__ = ["anonymous", "api", "other_api", "other_user", "user"]


@pytest.fixture
def subject() -> Subject:
    return SUBJECTS_BY_MODEL[Inspection]


@pytest.fixture
def sites(api: ApiClient, user: Any) -> ApiClient:
    """The work sites of the same user."""
    return ApiClient(api.token, user=user, subject=SUBJECTS_BY_MODEL[WorkSite])


@pytest.fixture
def other_sites(other_api: ApiClient, other_user: Any) -> ApiClient:
    return ApiClient(other_api.token, user=other_user, subject=SUBJECTS_BY_MODEL[WorkSite])
