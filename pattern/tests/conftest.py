"""The callers of the API's tests, for the Todo-Backend specification."""

from tests.api.conftest import api, user

__all__ = ["api", "user"]
