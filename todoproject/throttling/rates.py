"""Limits how often somebody may come, by fixed windows that begin with the first request.

Logins are counted in one statement: of attempts at the same moment, in any worker or pod, all count. Requests of the
API are counted in the memory of each worker, so that reads write nothing. At worst twice the rate passes across a
boundary between two windows.

Not DRF's own throttles: they read, add and write back in a cache of each process, so requests at the same moment slip
through together and every worker and pod grants the whole rate (https://github.com/encode/django-rest-framework/issues/5181).
"""

from abc import ABC, abstractmethod
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled
from rest_framework.throttling import BaseThrottle

from todoproject.server import shares
from todoproject.throttling.memory import RETRY_AFTER_SECONDS, Window, Windows

if TYPE_CHECKING:
    from rest_framework.views import APIView  # imports this module itself, as DEFAULT_THROTTLE_CLASSES

SECONDS_OF = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}

# statement_timestamp() and not now(): a transaction's clock stands still.
COUNT = """
    INSERT INTO throttling_counter AS counter (scope, identity, count, ends_at)
         VALUES (%(scope)s, %(identity)s, 1, statement_timestamp() + %(seconds)s * interval '1 second')
    ON CONFLICT (scope, identity) DO UPDATE
            SET count = CASE WHEN counter.ends_at <= statement_timestamp() THEN 1 ELSE counter.count + 1 END,
                ends_at = CASE WHEN counter.ends_at <= statement_timestamp() THEN excluded.ends_at
                               ELSE counter.ends_at END
      RETURNING count, extract(epoch FROM ends_at - statement_timestamp())::float
"""
# Each new window clears away a few that have ended, so the table stays as large as its traffic.
SWEEP = """
    DELETE FROM throttling_counter
          WHERE id IN (SELECT id FROM throttling_counter WHERE ends_at <= statement_timestamp()
                       ORDER BY ends_at LIMIT 10 FOR UPDATE SKIP LOCKED)
"""


class Throttle(BaseThrottle, ABC):
    """Lets the first requests of each window through; a subclass says whose they are and how many."""

    scope: str
    seconds_left: float | None = None

    @abstractmethod
    def rate(self) -> str:
        """Return for example ``100/minute``, or "" for no limit."""

    @abstractmethod
    def identity(self, request: HttpRequest) -> str:
        """Return who is counted, or "" for nobody."""

    def allow_request(self, request: HttpRequest, view: "APIView | None" = None) -> bool:  # noqa: ARG002  DRF's
        """Count this request and say whether it may pass; nothing is counted without a rate."""
        rate, identity = self.rate(), self.identity(request)
        if not rate or not identity:
            return True
        number, unit = rate.split("/")
        window = self.count(identity, SECONDS_OF[unit])
        self.seconds_left = window.seconds_left
        return window.number <= int(number)

    def count(self, identity: str, seconds: int) -> Window:
        """Count for all workers and pods together."""
        return count_one(self.scope, identity, seconds=seconds)

    def wait(self) -> float | None:
        """Return the seconds until the window ends, for ``Retry-After``."""
        return self.seconds_left


class LoginThrottle(Throttle):
    """Attempts of one address, right or wrong, at the API and in the admin, so that passwords cannot be tried out."""

    scope = "login"

    def rate(self) -> str:
        return settings.LOGIN_RATE

    def identity(self, request: HttpRequest) -> str:
        return network_of(request.META.get("REMOTE_ADDR", ""))


class ApiThrottle(Throttle):
    """Requests of one user to one worker: half of its threads while others wait, and API_RATE, where that is set."""

    scope = "api"
    windows = Windows()

    def rate(self) -> str:
        return settings.API_RATE

    def allow_request(self, request: HttpRequest, view: "APIView | None" = None) -> bool:
        if request.user and not shares.take(request.user.pk or 0, settings.WEB_THREADS):
            raise Throttled(RETRY_AFTER_SECONDS, "You have half of this service's threads, and others wait.")
        return super().allow_request(request, view)

    def identity(self, request: HttpRequest) -> str:
        return str(request.user.pk) if request.user else ""

    def count(self, identity: str, seconds: int) -> Window:
        """Count in memory."""
        return self.windows.count(identity, seconds)


def network_of(address: str) -> str:
    """Return whom an address belongs to: an IPv6 subscriber has a /64, and every address in it at hand."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address or "unknown"
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False))


def hashed(identity: str) -> str:
    """Return how the table names an identity: with a key, so that it cannot be guessed."""
    return salted_hmac("todoproject.throttling", identity, algorithm="sha256").hexdigest()


def count_one(scope: str, identity: str, *, seconds: int) -> Window:
    """Count one request of `identity` in a window of `seconds`: one query, two when a window begins."""
    values: dict[str, str | int] = {
        "scope": scope,
        "identity": hashed(identity),
        "seconds": seconds,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        window = Window(*cursor.fetchone())
        if window.number == 1:
            cursor.execute(SWEEP)
    return window
