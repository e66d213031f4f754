"""Content negotiation by `todoproject.http.accept`, so ``application/json;q=0`` is an exclusion."""

from collections.abc import Iterable
from typing import Any

from rest_framework.exceptions import NotAcceptable, UnsupportedMediaType
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from todoproject.http.accept import JSON_RANGES, accepts_json


class StrictContentNegotiation(DefaultContentNegotiation):
    """Serves JSON, or answers 406 if the ``Accept`` header excludes it; reads only bodies of a definite type.

    A successful DELETE has no body, so there is nothing to negotiate.
    """

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        if request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() != "identity":
            raise UnsupportedMediaType("", "The body is compressed: send it without Content-Encoding.")
        # DRF accepts a Content-Type of ``*/*`` as any type.
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
        if header in JSON_RANGES or request.method == "DELETE" or accepts_json(header):
            renderer = next(iter(renderers))
            return renderer, renderer.media_type
        raise NotAcceptable
