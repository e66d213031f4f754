"""Refuses a body that is too large by its Content-Length, before a byte of it is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from todoproject.http.problems import problem_response


class BodyLimitMiddleware:
    """Answers 413 above MAX_BODY_BYTES and 400 to a Content-Length that is no number.

    A chunked body has its length by now: `todoproject.server.bodies` has read it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            return problem_response(request, "bad-request", "Content-Length is not a whole number.")
        if int(length) > settings.MAX_BODY_BYTES:
            detail = f"The body is larger than {settings.MAX_BODY_BYTES:,} bytes."
            return problem_response(request, "payload-too-large", detail)
        return self.get_response(request)
