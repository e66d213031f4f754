"""The scope of a resource: the caller's own rows, those of the caller's team, or all rows.

A caller is a user's id or the `Parameter` that stands for it: each scope is a condition of the statement itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import F, Q, QuerySet

Rows = QuerySet[Any, Any]


def active_user(caller: Any) -> Rows:
    """Return the caller's row among the users, none when it was deleted or deactivated."""
    return get_user_model()._default_manager.filter(pk=caller, is_active=True)


class Scope:
    """The rows that a caller may see and write; `column` decides it, "" if there is none."""

    column = ""
    #: "the caller's orders", for the OpenAPI document; and one sentence about them.
    whose, sentence = "", ""

    def rows(self, rows: Rows, caller: Any) -> Rows:
        """Return those of `rows` that the caller may see."""
        raise NotImplementedError

    def columns(self) -> Mapping[str, F]:
        """Return the value of a new row's scope column, as an expression over the caller's row among the users."""
        raise NotImplementedError

    def may_create(self) -> Q:
        """Return the condition to create a row, over the caller's row among the users."""
        return Q()


@dataclass(frozen=True)
class Owned(Scope):
    """Rows that belong to the user in `column`."""

    column: str
    whose = "the caller's {plural}"
    sentence = "The caller's own; nobody else's exist."

    def rows(self, rows: Rows, caller: Any) -> Rows:
        return rows.filter(**{self.column: caller})

    def columns(self) -> Mapping[str, F]:
        return {self.column: F("pk")}


@dataclass(frozen=True)
class Shared(Scope):
    """Rows that belong to the team in `column`: a user has one, in a column of that name, or none and sees nothing.

    `member` is the lookup that leads from a user to the team, where it is not a column of the user.
    """

    column: str
    member: str = ""
    whose = "the {plural} of the caller's {column}"
    sentence = "Those of the caller's {column}; no others exist."

    def rows(self, rows: Rows, caller: Any) -> Rows:
        users = get_user_model()._default_manager.filter(pk=caller)
        return rows.filter(**{self.column: users.values(self.member or self.column)[:1]})

    def columns(self) -> Mapping[str, F]:
        return {self.column: F(self.member or self.column)}

    def may_create(self) -> Q:
        return Q(**{f"{self.member or self.column}__isnull": False})


@dataclass(frozen=True)
class Everyone(Scope):
    """Rows that every user may see and write."""

    whose = "the {plural}"
    sentence = "The same for everyone who is logged in."

    def rows(self, rows: Rows, caller: Any) -> Rows:  # noqa: ARG002  the same for all
        return rows

    def columns(self) -> Mapping[str, F]:
        return {}
