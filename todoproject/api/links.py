"""The ``Link`` header of a page (RFC 8288), as GitHub does it: rel next and prev, each absent at its end."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from rest_framework.request import Request

from todoproject.api.cursor import cursor_text
from todoproject.api.listing import Page
from todoproject.api.ordering import Ordering


def link_header(request: Request, root: str, page: Page, ordering: Ordering, filters: Mapping[str, Any]) -> str:
    """Return the header's value, empty when the page stands alone. Each address repeats the request's parameters.

    `root` is the absolute address of what is listed.
    """
    links = []
    others = [(name, value) for name, value in request.query_params.items() if name != "cursor"]
    slash = "/" if request.path.endswith("/") else ""
    for relation, position in (("next", page.next), ("prev", page.previous)):
        if position is not None:
            parameters = urlencode([*others, ("cursor", cursor_text(position, ordering.name, filters))], safe=":")
            links.append(f'<{root}{slash}?{parameters}>; rel="{relation}"')
    return ", ".join(links)
