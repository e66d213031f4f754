"""The callers of the API's tests, for the Todo-Backend specification."""

from tests.api.conftest import api, user
from tests.todos.conftest import subject

__all__ = ["api", "subject", "user"]
