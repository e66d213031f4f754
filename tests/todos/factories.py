"""Todos for tests: every value is plausible, so that a test names only the values it is about."""

from typing import TYPE_CHECKING, Any

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from tests.factories import UserFactory
from todos.models import Todo

if TYPE_CHECKING:
    Base = DjangoModelFactory[Any]
else:
    Base = DjangoModelFactory


class TodoFactory(Base):
    """An open todo without a date. `completed=True` needs `completed_at`, as the database does."""

    class Meta:
        model = Todo

    owner = SubFactory(UserFactory)  # type: ignore[no-untyped-call]
    title = Sequence("Todo {}".format)  # type: ignore[no-untyped-call]
