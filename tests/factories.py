"""Users and todos as tests need them: every value is plausible, only what a test is about has to be named."""

from typing import TYPE_CHECKING, Any

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from todoproject.accounts.models import User
from todos.models import Todo

if TYPE_CHECKING:
    UserBase = DjangoModelFactory[User]
    TodoBase = DjangoModelFactory[Todo]
else:
    UserBase = TodoBase = DjangoModelFactory


class UserFactory(UserBase):
    """An active user. `password="…"` sets that password; without it nobody can log in, which saves its hashing."""

    class Meta:
        model = User

    username = Sequence("user-{}".format)  # type: ignore[no-untyped-call]

    @classmethod
    def _create(cls, model_class: type[User], *_: Any, password: str | None = None, **values: Any) -> User:
        user = model_class(**values)
        user.set_password(password)
        user.save()
        return user


class TodoFactory(TodoBase):
    """An open todo without a date. `completed=True` needs `completed_at`, as the database does."""

    class Meta:
        model = Todo

    owner = SubFactory(UserFactory)  # type: ignore[no-untyped-call]
    title = Sequence("Todo {}".format)  # type: ignore[no-untyped-call]
