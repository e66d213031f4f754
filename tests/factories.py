"""Users as tests need them; the rows of a resource are made by the factories in the folder of its tests."""

from typing import TYPE_CHECKING, Any

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from todoproject.accounts.models import User

if TYPE_CHECKING:
    UserBase = DjangoModelFactory[User]
else:
    UserBase = DjangoModelFactory


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
