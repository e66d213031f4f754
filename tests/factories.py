"""Users and todos as tests need them: every value is plausible, only what a test is about has to be named."""

from typing import TYPE_CHECKING

import factory
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
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"user-{number}")

    @factory.post_generation
    def password(self: User, create: bool, extracted: str | None, **_: object) -> None:  # type: ignore[misc]  # noqa: FBT001  the signature is factory-boy's
        if extracted is None:
            self.set_unusable_password()
        else:
            self.set_password(extracted)
        if create:
            self.save()


class TodoFactory(TodoBase):
    """An open todo without a date. `completed=True` needs `completed_at`, as the database does."""

    class Meta:
        model = Todo

    owner = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda number: f"Todo {number}")
