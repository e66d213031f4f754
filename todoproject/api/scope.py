"""Whose rows a resource shows: the caller's own, those of the caller's team, or everybody's."""

from dataclasses import dataclass


class Scope:
    """Which rows a caller may see and write."""


@dataclass(frozen=True)
class Owned(Scope):
    """Rows that belong to the user in `column`."""

    column: str


@dataclass(frozen=True)
class Shared(Scope):
    """Rows that belong to the group in `column`: a user has one, by the same name, or none and sees nothing.

    `member` is the lookup that leads from a user to the group, where the user has no column of that name.
    """

    column: str
    member: str = ""


@dataclass(frozen=True)
class Everyone(Scope):
    """Rows that every authenticated user may see and write."""
