"""Does what the service does besides answering, for the peers "with features", each part as a specialist writes it.

Metrics by route from prometheus_client, one JSON line a request with its id, security headers, a rate limit in memory,
an ETag of what is sent, signed cursors. https://prometheus.github.io/client_python/instrumenting/,
https://docs.python.org/3/howto/logging-cookbook.html#implementing-structured-logging
"""

import base64
import hashlib
import hmac
import logging
import os
import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("http_requests", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram("http_request_duration_seconds", "Time to the answer.", ["route", "method"])
IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being answered.", multiprocess_mode="livesum")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Authorization, Origin",
}
RATE = int(os.environ.get("API_RATE", "600/minute").partition("/")[0])
KEY = os.environ["JWT_KEY"].encode()

logger = logging.getLogger("access")
_windows: dict[int, tuple[int, float]] = {}


class JsonLine(logging.Formatter):
    """Formats a record and its extras as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "timestamp": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **vars(record)["request"],
        }
        return orjson.dumps(entry, option=orjson.OPT_UTC_Z).decode()


_handler = logging.StreamHandler(sys.stdout)
_handler.setFormatter(JsonLine())
logger.addHandler(_handler)
logger.setLevel(logging.INFO)
logger.propagate = False


class Seen:
    """One request, from its first middleware to its answer."""

    def __init__(self, method: str, path: str, request_id: str | None) -> None:
        IN_FLIGHT.inc()
        self.method, self.path, self.id = method, path, request_id or secrets.token_hex(16)
        self.started = time.perf_counter()

    def end(self, route: str, status: int) -> None:
        seconds = time.perf_counter() - self.started
        IN_FLIGHT.dec()
        counter, histogram = _series(route, self.method, status)
        counter.inc()
        histogram.observe(seconds)
        request = {"request_id": self.id, "method": self.method, "path": self.path, "route": route, "status": status}
        request["duration_ms"] = round(seconds * 1000, 1)
        logger.info("%s %s %s", self.method, self.path, status, extra={"request": request})


@cache
def _series(route: str, method: str, status: int) -> tuple[Any, Any]:
    return REQUESTS.labels(route, method, status), SECONDS.labels(route, method)


def within_rate(caller: int) -> bool:
    """Count a request; false when there were more than RATE of this caller in their minute."""
    now = time.monotonic()
    number, ends = _windows.get(caller, (0, 0.0))
    if ends <= now:
        number, ends = 0, now + 60
    _windows[caller] = number + 1, ends
    return number < RATE


def etag_of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def remembering(read: Callable[[str], int]) -> Callable[[str], int]:
    """Return `read` with what it has found remembered for a minute."""
    known: dict[str, tuple[int, float]] = {}

    def remembered(token: str) -> int:
        owner, until = known.get(token, (0, 0.0))
        if until < time.monotonic():
            owner = read(token)
            known[token] = owner, time.monotonic() + 60
        return owner

    return remembered


def next_link(root: str, limit: int, created_at: datetime, row_id: int) -> str:
    """Return the Link header to the page behind this row."""
    place = base64.urlsafe_b64encode(orjson.dumps([created_at, row_id])).decode().rstrip("=")
    return f'<{root}?limit={limit}&cursor={place}.{_signature(place)}>; rel="next"'


def position(cursor: str) -> tuple[datetime, int]:
    """Return the row that a cursor names; raise ValueError when nobody here has signed it."""
    place, _, signature = cursor.partition(".")
    if not hmac.compare_digest(signature, _signature(place)):
        raise ValueError(cursor)
    created_at, row_id = orjson.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
    return datetime.fromisoformat(created_at), row_id


def _signature(place: str) -> str:
    return hmac.digest(KEY, place.encode(), "sha256").hex()
