"""Bounds attempts to log in, in the API and in the admin together: of a user from one address, of a user, of all.

- django-axes locks a user out from one address after AXES_FAILURE_LIMIT wrong passwords. A name that does not exist is
  locked out like any other, so a lock-out tells nobody which users exist. https://django-axes.readthedocs.io/
- An attacker may have many addresses, so failures of an account count whatever their address too. Beyond
  LOGIN_ACCOUNT_RATE only those networks may try that the user has logged in from within KNOWN_DAYS.
- One password is hashed at a time, and one more waits.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.exceptions import Throttled

from todoproject.accounts.models import User
from todoproject.http.errors import ErrorPage
from todoproject.throttling.memory import Places
from todoproject.throttling.models import Counter
from todoproject.throttling.rates import SECONDS_OF, count_one, hashed, network_of

# No user has a longer name.
USERNAME_CHARACTERS: Any = User._meta.get_field("username").max_length

KNOWN_DAYS = 30
ACCOUNT, KNOWN = "account", "known network"  # scopes of `Counter`

# A hash costs a fifth of a CPU-second. One is made, one more waits, and further attempts are told to come again: logins
# take at most two threads of a worker, and the CPU of one.
_waiting = Places(2, "Too many people are logging in at this moment.")
_hashing = threading.Lock()


@contextmanager
def attempt(request: HttpRequest, username: str) -> Iterator[None]:
    """Let the block check a password, or raise `Throttled`."""
    if seconds := seconds_closed(request, username):
        raise Throttled(seconds, "Too many failed logins of this user.")
    with _waiting.taken(), _hashing:
        yield


def seconds_closed(request: HttpRequest, username: str) -> int:
    """Return the seconds for which this account is closed to this network, 0 if it is open."""
    if not settings.LOGIN_ACCOUNT_RATE:
        return 0
    now = timezone.now()
    over = _closed().filter(identity=hashed(username)).first()
    known = Counter.objects.filter(scope=KNOWN, ends_at__gt=now)
    if over is None or known.filter(identity=hashed(_network(request, username))).exists():
        return 0
    return max(1, round((over.ends_at - now).total_seconds()))


def closed(usernames: Iterable[str]) -> list[str]:
    """Return the `usernames` whose accounts are closed to unknown networks."""
    if not settings.LOGIN_ACCOUNT_RATE:
        return []
    names = {hashed(username): username for username in usernames}
    return [names[identity] for identity in _closed().filter(identity__in=names).values_list("identity", flat=True)]


def reopen(usernames: Iterable[str]) -> None:
    """Forget the failures of these accounts; a user who is locked out from one address stays so."""
    Counter.objects.filter(scope=ACCOUNT, identity__in=[hashed(username) for username in usernames]).delete()


def _closed() -> QuerySet[Counter]:
    number, _ = settings.LOGIN_ACCOUNT_RATE.split("/")
    return Counter.objects.filter(scope=ACCOUNT, ends_at__gt=timezone.now(), count__gte=int(number))


def failed(username: str) -> None:
    """Count a wrong password, also of a user who does not exist."""
    if settings.LOGIN_ACCOUNT_RATE:
        count_one(ACCOUNT, username, seconds=SECONDS_OF[settings.LOGIN_ACCOUNT_RATE.split("/")[1]])


def succeeded(request: HttpRequest, username: str) -> None:
    """Remember the network, for KNOWN_DAYS from now."""
    network = _network(request, username)
    Counter.objects.filter(scope=KNOWN, identity=hashed(network)).delete()
    count_one(KNOWN, network, seconds=KNOWN_DAYS * SECONDS_OF["day"])


def _network(request: HttpRequest, username: str) -> str:
    return f"{network_of(request.META.get('REMOTE_ADDR', ''))} {username}"


def client_address(request: HttpRequest) -> str | None:
    """Return the address, or the IPv6 subscriber's /64, whose failures count together (AXES_CLIENT_IP_CALLABLE).

    `ProxyHeadersMiddleware` has set REMOTE_ADDR.
    """
    address = network_of(request.META.get("REMOTE_ADDR", "")).removesuffix("/64")
    return address if "." in address or ":" in address else None


class LockOutHandler(AxesDatabaseHandler):  # type: ignore[misc]  # untyped
    """Keeps one row for each user and address; axes would keep one for each User-Agent, which an attacker may vary."""

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
        # No user has such a name, and it may not fit into the column: the admin's form checks no length, and NFKC may
        # make eighteen characters of one.
        if len(credentials["username"]) > USERNAME_CHARACTERS:
            return
        if request is not None:
            request.axes_user_agent = ""
            if not getattr(request, "axes_locked_out", False):
                failed(credentials["username"])
        super().user_login_failed(sender, credentials, request, **kwargs)

    def user_logged_in(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        succeeded(request, user.get_username())
        super().user_logged_in(sender, request, user, **kwargs)


def seconds_left(request: HttpRequest) -> int:
    """Return the seconds for which `authenticate` has locked out this request's user and address, 0 if it has not."""
    if not getattr(request, "axes_locked_out", False):
        return 0
    username, address = request.axes_credentials["username"], request.axes_ip_address  # type: ignore[attr-defined]
    attempt = AccessAttempt.objects.filter(username=username, ip_address=address).first()
    ends = attempt.attempt_time + settings.AXES_COOLOFF_TIME if attempt else timezone.now()
    return max(1, round((ends - timezone.now()).total_seconds()))


def forget_failures(request: HttpRequest, username: str) -> None:
    """Reset the failures after a login, and remember its network; axes does so only where a session begins."""
    succeeded(request, username)
    AccessAttempt.objects.filter(username=username, ip_address=client_address(request)).delete()


def locked_out_page(seconds: int) -> HttpResponse:
    """Return the admin's page for a user who is locked out; django-axes' has no Retry-After."""
    minutes = -(-seconds // 60)
    detail = (
        f"Logging in as this user from your address is locked for {minutes} minute{'s' if minutes > 1 else ''}, "
        "with the right password too. A colleague can lift this in the admin: Accounts, Failed logins, Lift lock-out."
    )
    return _page("Too many failed logins", detail, seconds)


def refused_page(refusal: Throttled) -> HttpResponse:
    """Return the admin's page for a login that is not tried now."""
    return _page("Too many logins", str(refusal.detail), refusal.wait)  # type: ignore[attr-defined]  # not in the stubs


def _page(title: str, detail: str, seconds: int) -> HttpResponse:
    page = ErrorPage("too-many-requests", detail, title=title)
    page["Retry-After"] = str(seconds)
    return page
