"""What is tested here is the example itself."""

import pytest

from tests.sample import SUBJECTS_BY_MODEL, Subject
from todos.models import Todo


@pytest.fixture
def subject() -> Subject:
    return SUBJECTS_BY_MODEL[Todo]
