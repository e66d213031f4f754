"""Throttles by fixed windows that begin with the first request; at worst twice the rate passes within one window.

One statement counts a login, so no attempt at the same moment, in any worker or pod, is missed. API requests are
counted in the memory of each worker, so that reads write nothing.

DRF's own throttles read, add and write back in a cache of each process: requests at the same moment are missed, and
each worker grants the whole rate (https://github.com/encode/django-rest-framework/issues/5181).
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

# now() would be the start of the transaction.
COUNT = """
    INSERT INTO throttling_counter AS counter (scope, identity, count, ends_at)
         VALUES (%(scope)s, %(identity)s, 1, statement_timestamp() + %(seconds)s * interval '1 second')
    ON CONFLICT (scope, identity) DO UPDATE
            SET count = CASE WHEN counter.ends_at <= statement_timestamp() THEN 1 ELSE counter.count + 1 END,
                ends_at = CASE WHEN counter.ends_at <= statement_timestamp() THEN excluded.ends_at
                               ELSE counter.ends_at END
      RETURNING count, extract(epoch FROM ends_at - statement_timestamp())::float
"""
# Each new window deletes some that have ended, so the table does not grow.
SWEEP = """
    DELETE FROM throttling_counter
          WHERE id IN (SELECT id FROM throttling_counter WHERE ends_at <= statement_timestamp()
                       ORDER BY ends_at LIMIT 10 FOR UPDATE SKIP LOCKED)
"""


class Throttle(BaseThrottle, ABC):
    """Lets the first requests of each window through; a subclass gives the rate and the identity."""

    scope: str
    seconds_left: float | None = None

    @abstractmethod
    def rate(self) -> str:
        """Return for example ``100/minute``, or "" for no limit."""

    @abstractmethod
    def identity(self, request: HttpRequest) -> str:
        """Return who is counted, or "" to count nobody."""

    def allow_request(self, request: HttpRequest, view: "APIView | None" = None) -> bool:  # noqa: ARG002  DRF's
        """Count this request, and say whether it may pass; without a rate count nothing."""
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
    """Limits logins from one address, right or wrong, in the API and the admin together."""

    scope = "login"

    def rate(self) -> str:
        return settings.LOGIN_RATE

    def identity(self, request: HttpRequest) -> str:
        return network_of(request.META.get("REMOTE_ADDR", ""))


class ApiThrottle(Throttle):
    """Limits one user of a worker to API_RATE, if that is set, and to half of the threads while others wait."""

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
    """Return the address, or the /64 network of an IPv6 address: a subscriber has all addresses in it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address or "unknown"
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False))


def hashed(identity: str) -> str:
    """Return the keyed hash of an identity, so that nobody can find it by guessing."""
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
