"""Bounds attempts to log in: how many passwords are hashed at a time, and how many may fail for one account.

The address limit (LOGIN_RATE) and the lock-out of a user from one address (`lockout`) do not stop somebody with many
addresses. Here failures of an account count whatever their address. Beyond LOGIN_ACCOUNT_RATE only networks may try
that the user has logged in from within KNOWN_DAYS, so the user is not locked out with the attacker.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.exceptions import Throttled

from todoproject.throttling.memory import Places
from todoproject.throttling.models import Counter
from todoproject.throttling.rates import SECONDS_OF, count_one, hashed, network_of

KNOWN_DAYS = 30
ACCOUNT, KNOWN = "account", "known network"  # scopes of `Counter`

# A hash costs a fifth of a CPU-second. One is made, one waits, and the next attempt comes again: two of a worker's
# threads at most, and never more than one thread's share of the CPU.
_waiting = Places(2, "Too many people are logging in at this moment.")
_hashing = threading.Lock()


@contextmanager
def attempt(request: HttpRequest, username: str) -> Iterator[None]:
    """Let the block check a password; raise `Throttled` when it may not."""
    if seconds := seconds_left(request, username):
        raise Throttled(seconds, "Too many failed logins of this user.")
    with _waiting.taken(), _hashing:
        yield


def seconds_left(request: HttpRequest, username: str) -> int:
    """Return the seconds that this user cannot log in from this network, 0 if they can."""
    if not settings.LOGIN_ACCOUNT_RATE:
        return 0
    now = timezone.now()
    over = _closed().filter(identity=hashed(username)).first()
    known = Counter.objects.filter(scope=KNOWN, ends_at__gt=now)
    if over is None or known.filter(identity=hashed(_network(request, username))).exists():
        return 0
    return max(1, round((over.ends_at - now).total_seconds()))


def closed(usernames: Iterable[str]) -> list[str]:
    """Return those whose accounts are closed to unknown networks."""
    if not settings.LOGIN_ACCOUNT_RATE:
        return []
    names = {hashed(username): username for username in usernames}
    return [names[identity] for identity in _closed().filter(identity__in=names).values_list("identity", flat=True)]


def reopen(usernames: Iterable[str]) -> None:
    """Forget the failures of these accounts; a user and address that are locked out stay so."""
    Counter.objects.filter(scope=ACCOUNT, identity__in=[hashed(username) for username in usernames]).delete()


def _closed() -> QuerySet[Counter]:
    number, _ = settings.LOGIN_ACCOUNT_RATE.split("/")
    return Counter.objects.filter(scope=ACCOUNT, ends_at__gt=timezone.now(), count__gte=int(number))


def failed(username: str) -> None:
    """Count a wrong password, whether the user exists or not."""
    if settings.LOGIN_ACCOUNT_RATE:
        count_one(ACCOUNT, username, seconds=SECONDS_OF[settings.LOGIN_ACCOUNT_RATE.split("/")[1]])


def succeeded(request: HttpRequest, username: str) -> None:
    """Remember the network, for KNOWN_DAYS from now."""
    network = _network(request, username)
    Counter.objects.filter(scope=KNOWN, identity=hashed(network)).delete()
    count_one(KNOWN, network, seconds=KNOWN_DAYS * SECONDS_OF["day"])


def _network(request: HttpRequest, username: str) -> str:
    return f"{network_of(request.META.get('REMOTE_ADDR', ''))} {username}"
