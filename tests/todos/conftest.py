"""Tests of the example itself: this folder goes with it."""

import pytest

from tests.admin.conftest import editor, owner, reader, superuser  # noqa: F401  fixtures
from tests.api.conftest import anonymous, api, other_api, other_user, user  # noqa: F401  fixtures
from tests.sample import SUBJECTS_BY_MODEL, Subject
from todos.models import Todo


@pytest.fixture
def subject() -> Subject:
    return SUBJECTS_BY_MODEL[Todo]
