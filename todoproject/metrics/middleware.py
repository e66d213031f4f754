"""Counts and times requests. No label holds text of a client: routes, methods and statuses are fixed sets."""

import time
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Gauge, Histogram

from todoproject.metrics import NAMESPACE

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# Dense around the objectives: 30 ms for most requests, 300 ms for nearly all.
SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5)

# Errors that one client alone causes. They must neither page anybody nor roll back a release.
LIMITED = frozenset({408, 413, 422, 429})

# Rates miss the first error if its series begins with it, so these series begin at zero.
FAILURES = (500, 503)

requests = Counter(
    "http_requests",
    "Requests answered: those that met a limit are `limited`, others with X-Synthetic: 1 `synthetic`, all `users`.",
    ["route", "method", "status", "traffic"],
    namespace=NAMESPACE,
)
seconds = Histogram(
    "http_request_duration_seconds",
    "Time from the first middleware to the answer, without waiting for a thread and without sending a streamed body.",
    ["route", "method", "traffic"],
    buckets=SECONDS,
    namespace=NAMESPACE,
)
in_flight = Gauge(
    "http_requests_in_flight", "Requests being answered.", namespace=NAMESPACE, multiprocess_mode="livesum"
)


class MetricsMiddleware:
    """Counts all responses but health checks, which would dilute each ratio: their middleware comes first."""

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
        traffic = "synthetic" if request.META.get("HTTP_X_SYNTHETIC") == "1" else "users"
        if response.status_code in LIMITED:
            traffic = "limited"
        counter, histogram = series(route_label(request), method, response.status_code, traffic)
        counter.inc()
        histogram.observe(elapsed)
        return response


@cache  # some hundred combinations; to find a series costs more than to count
def series(route: str, method: str, status: int, traffic: str) -> tuple[Counter, Histogram]:
    """Return the counter and the histogram of such a request; create the series of its failures too."""
    for failure in FAILURES:
        requests.labels(route, method, failure, traffic)
    return requests.labels(route, method, status, traffic), seconds.labels(route, method, traffic)


def route_label(request: HttpRequest) -> str:
    """Return the pattern that matched, "/static" for all assets, or "unrouted"."""
    if request.resolver_match:
        return template(request.resolver_match.route)
    return "/static" if request.path_info.startswith(settings.STATIC_URL) else "unrouted"


@cache  # one entry for each route
def template(route: str) -> str:
    """Turn ``^things/(?P<thing_id>[0-9]+)/?$`` into ``/things/<thing_id>``, and that of assets into ``/static``."""
    label = simplify_regex(route).rstrip("/") or "/"
    return "/static" if label.startswith(settings.STATIC_URL) else label
