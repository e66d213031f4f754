"""Limits the size of request bodies for each path, and refuses a larger one before it is read."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from todoproject.http.problems import problem_response

# For views that declare no limit: those of tokens, and those that take no body.
SMALLEST_BYTES = 4 * 1024


class BodyLimitMiddleware:
    """Answers 413 to a body larger than `limit_of` the path, and 400 to a Content-Length that is no number.

    A chunked body has a Content-Length by now (`todoproject.server.wsgi`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            return problem_response(request, "bad-request", "Content-Length is not a whole number.")
        if int(length) > (limit := limit_of(request.path_info)):
            return problem_response(request, "payload-too-large", f"The body is larger than {limit:,} bytes.")
        return self.get_response(request)


def limit_of(path: str) -> int:
    """Return the most bytes that a body at `path` may have; the first step of the path decides."""
    return limits().get(path[1:].partition("/")[0], SMALLEST_BYTES)


@cache
def limits() -> dict[str, int]:
    """Return the limits that views declare as `max_body_bytes`, by the first step of their paths, and the admin's."""
    found = {"admin": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
    for pattern in leaves(get_resolver()):
        view: Any = getattr(pattern.callback, "cls", None)
        if hasattr(view, "max_body_bytes"):
            step = simplify_regex(str(pattern.pattern))[1:].partition("/")[0]
            found[step] = max(found.get(step, 0), view.max_body_bytes())
    return found


def leaves(resolver: Any) -> Iterator[URLPattern]:
    """Yield the URL patterns that have no prefix; the admin's are not needed."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif isinstance(pattern, URLResolver) and not str(pattern.pattern):
            yield from leaves(pattern)
