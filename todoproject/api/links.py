"""The ``Link`` header of a page (RFC 8288), as GitHub does it: rel next and prev, each absent at its end."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from rest_framework.request import Request

from todoproject.api.cursor import cursor_text
from todoproject.api.listing import Ordering, Page


def link_header(request: Request, page: Page, ordering: Ordering, filters: Mapping[str, Any]) -> str:
    """Return the header's value, empty when the page stands alone. Each address repeats the request's parameters."""
    links = []
    for relation, position in (("next", page.next), ("prev", page.previous)):
        if position is not None:
            parameters = {**request.query_params.dict(), "cursor": cursor_text(position, ordering.name, filters)}
            address = request.build_absolute_uri(f"{request.path}?{urlencode(parameters)}")
            links.append(f'<{address}>; rel="{relation}"')
    return ", ".join(links)
