"""Content negotiation in which the most specific media range decides, so ``application/json;q=0`` is an exclusion.

RFC 9110 §12.5.1. Django's and DRF's own drop ``q=0`` and let ``*/*`` beside it win; parameters such as a charset
do not matter to JSON and are ignored.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from django.http.request import MediaType
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

RANGES = {"application/json": 2, "application/*": 1, "*/*": 0}


def media_ranges(header: str) -> Iterator[tuple[str, float]]:
    """Yield each media range of an ``Accept`` header, in lower case, with its quality; what is malformed is none."""
    for token in header.lower().split(","):
        with suppress(ValueError):  # a parameter in an encoding that does not exist
            media_type = MediaType(token.strip())
            yield f"{media_type.main_type}/{media_type.sub_type}", media_type.quality


def quality_of_json(header: str) -> float:
    """Return how much application/json is wanted, from 0 to 1; an empty header accepts everything."""
    matching = [(RANGES[name], quality) for name, quality in media_ranges(header) if name in RANGES]
    return max(matching)[1] if matching else float(not header.strip())


def prefers_html(header: str) -> bool:
    """Say whether ``Accept`` names text/html, as browsers do, and wants it more than JSON."""
    named = [quality for name, quality in media_ranges(header) if name == "text/html"]
    return bool(named) and max(named) > quality_of_json(header)


class StrictContentNegotiation(DefaultContentNegotiation):
    """Serves JSON, or answers 406 when the ``Accept`` header excludes it; reads a body only of a definite type."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        # DRF's own takes a Content-Type of ``*/*`` for any type.
        if "*" in (request.content_type or "").partition(";")[0]:
            return None
        return super().select_parser(request, parsers)

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002  the signature is DRF's
    ) -> tuple[BaseRenderer, Any]:
        header = request.META.get("HTTP_ACCEPT", "*/*")
        if header in RANGES or quality_of_json(header) > 0:
            renderer = next(iter(renderers))
            return renderer, renderer.media_type
        raise NotAcceptable
