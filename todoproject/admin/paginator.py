"""Pages of a list that may be long: nobody turns ten thousand rows' pages, so nobody has to count further."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
else:
    AnyPaginator = Paginator

MOST_ROWS = 10_000


class BoundedPaginator(AnyPaginator):
    """Counts to MOST_ROWS and stops: a `count(*)` over the whole table costs more than the page itself."""

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: MOST_ROWS + 1].count())

    @property
    def more(self) -> bool:
        """Whether there are more rows than `count` says."""
        return self._counted > MOST_ROWS

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST_ROWS)
