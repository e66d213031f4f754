"""The start page's counts: each app registers a function that returns its own.

figures.register("accounts.view_user", user_figures)      # in AppConfig.ready()
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol


class Figure(NamedTuple):
    """A count at a glance; `address` is the list behind it, `warns` whether somebody should look when it is not 0."""

    label: str
    number: int
    address: str
    warns: bool = False

    @property
    def shown(self) -> str:
        return f"{self.number:,}"

    @property
    def alarming(self) -> bool:
        return self.warns and self.number > 0


class Viewer(Protocol):
    def has_perm(self, perm: str) -> bool: ...


Source = Callable[[], Iterable[Figure]]
_sources: dict[Source, str] = {}


def register(permission: str, source: Source) -> None:
    """Show the figures of `source` to those who have `permission`; who registers last, the resource, comes first."""
    _sources[source] = permission


def figures_for(viewer: Viewer) -> Iterator[Figure]:
    """Yield the figures that `viewer` may see."""
    for source, permission in reversed(_sources.items()):
        if viewer.has_perm(permission):
            yield from source()
