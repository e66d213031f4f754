"""The ``Link`` header of a page (RFC 8288), as GitHub does it: rel next and prev, each absent at its end."""

from collections.abc import Mapping
from typing import Any

from todoproject.api.cursor import cursor_text
from todoproject.api.listing import Page
from todoproject.api.ordering import Ordering


def link_header(address: str, page: Page, ordering: Ordering, filters: Mapping[str, Any], repeated: str) -> str:
    """Return the header's value, empty when the page stands alone.

    Each link is the absolute `address` of the list with the request's other parameters, the text `repeated`.
    """
    links = []
    for relation, position in (("next", page.next), ("prev", page.previous)):
        if position is not None:
            cursor = cursor_text(position, ordering.name, filters)
            links.append(f'<{address}?{repeated}{"&" if repeated else ""}cursor={cursor}>; rel="{relation}"')
    return ", ".join(links)
