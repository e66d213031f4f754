"""Counts and times requests. No label holds what a client wrote: route, method and status come from fixed sets."""

import time
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Gauge, Histogram

from todoproject.metrics import NAMESPACE

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# Dense around what is promised: 30 ms for most requests, 300 ms for nearly all.
SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5)

requests = Counter("http_requests", "Requests answered.", ["route", "method", "status"], namespace=NAMESPACE)
seconds = Histogram(
    "http_request_duration_seconds",
    "Time from the first middleware to the answer, without waiting for a thread and without sending a streamed body.",
    ["route", "method"],
    buckets=SECONDS,
    namespace=NAMESPACE,
)
in_flight = Gauge(
    "http_requests_in_flight", "Requests being answered.", namespace=NAMESPACE, multiprocess_mode="livesum"
)


class MetricsMiddleware:
    """Sees every answer but those to health checks, which come before it: they would dilute every ratio."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        in_flight.inc()
        started = time.perf_counter()
        try:
            response = self.get_response(request)
        finally:
            elapsed = time.perf_counter() - started
            in_flight.dec()
        method = request.method if request.method in METHODS else "OTHER"
        route = route_label(request)
        requests.labels(route, method, response.status_code).inc()
        seconds.labels(route, method).observe(elapsed)
        return response


def route_label(request: HttpRequest) -> str:
    """Return the pattern that matched, one word for all assets, and one for what no view was asked about."""
    if request.resolver_match:
        return template(request.resolver_match.route)
    return "/static" if request.path_info.startswith(settings.STATIC_URL) else "unrouted"


@cache  # as many as there are routes
def template(route: str) -> str:
    """Turn ``^todos/(?P<todo_id>[0-9]+)/?$`` into ``/todos/<todo_id>``."""
    return simplify_regex(route).rstrip("/") or "/"
