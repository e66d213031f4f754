"""Gives each request an id, and writes its access line."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from todoproject.logs.context import begin_request, user_id

logger = logging.getLogger("access")

# A UUID or any proxy's trace header fits. No character has a meaning in a log, a shell or HTML.
SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

# Characters of a path that no parser has bounded.
MOST_LOGGED = 1_000

HEALTH_PATHS = frozenset({"/healthz", "/readyz"})


class RequestLogMiddleware:
    """Takes X-Request-ID or makes an id, returns it, and logs method, path, route, status and duration.

    The path is logged without its query string, and no header is. Health checks that succeed are not logged.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        identifier = given if SANE_REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
        begin_request(identifier)
        response = self.get_response(request)
        response["X-Request-ID"] = identifier
        if not (response.status_code == 200 and request.path.rstrip("/") in HEALTH_PATHS):
            log_access(request, response, duration_ms=round((time.perf_counter() - started) * 1000, 1))
        return response


def log_access(request: HttpRequest, response: HttpResponse, *, duration_ms: float) -> None:
    route = request.resolver_match.route if request.resolver_match else ""
    extra = {
        "method": request.method,
        "path": request.path,
        "route": route,
        "status": response.status_code,
        "duration_ms": duration_ms,
    }
    # The admin's user comes from the session. It is logged only if a view has loaded it already.
    if user_id.get() is None and (user := getattr(request, "_cached_user", None)) is not None:
        user_id.set(user.pk)
    logger.info("%s %s %s", request.method, request.path, response.status_code, extra=extra)


def log_refusal(identifier: str, method: str, path: str, status: int, reason: str = "") -> None:
    """Write the access line of a request that is refused before any middleware."""
    begin_request(identifier)
    path = path[:MOST_LOGGED]
    extra = {"method": method, "path": path, "route": "refused", "status": status, "duration_ms": 0, "reason": reason}
    logger.info("%s %s %s", method, path, status, extra=extra)
    begin_request("")
