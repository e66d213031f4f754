"""Too many wrong passwords for one user from one address: no further one is tried for a while (django-axes).

The names of users who do not exist are locked out like any other, so a lock-out tells nobody who exists. It holds for
the admin and the API together, in all workers and pods: the failures are rows. https://django-axes.readthedocs.io/
"""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.exceptions import Throttled

from todoproject.accounts import attempts
from todoproject.accounts.openapi import USERNAME_CHARACTERS
from todoproject.http.errors import ErrorPage
from todoproject.throttling.rates import network_of


def client_address(request: HttpRequest) -> str | None:
    """Return whose failures count together: an address, or an IPv6 subscriber's /64; the AXES_CLIENT_IP_CALLABLE.

    `ProxyHeadersMiddleware` has decided already whom to believe about REMOTE_ADDR.
    """
    address = network_of(request.META.get("REMOTE_ADDR", "")).removesuffix("/64")
    return address if "." in address or ":" in address else None


class LockOutHandler(AxesDatabaseHandler):  # type: ignore[misc]  # untyped
    """One row a user and address; axes would keep one for each User-Agent too, and an attacker has many of those."""

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
        # No user can have such a name, and the column has no room for every one of them: Django's form of the admin
        # checks no length, and a character may become eighteen when a name is normalised (NFKC).
        if len(credentials["username"]) > USERNAME_CHARACTERS:
            return
        if request is not None:
            request.axes_user_agent = ""
            if not getattr(request, "axes_locked_out", False):
                attempts.failed(credentials["username"])
        super().user_login_failed(sender, credentials, request, **kwargs)

    def user_logged_in(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        attempts.succeeded(request, user.get_username())
        super().user_logged_in(sender, request, user, **kwargs)


def seconds_left(request: HttpRequest) -> int:
    """Return the seconds that this request's user stays locked out, after `authenticate` has refused them; else 0."""
    if not getattr(request, "axes_locked_out", False):
        return 0
    username, address = request.axes_credentials["username"], request.axes_ip_address  # type: ignore[attr-defined]
    attempt = AccessAttempt.objects.filter(username=username, ip_address=address).first()
    ends = attempt.attempt_time + settings.AXES_COOLOFF_TIME if attempt else timezone.now()
    return max(1, round((ends - timezone.now()).total_seconds()))


def forget_failures(request: HttpRequest, username: str) -> None:
    """Count from zero after a login, and know its network; axes does so itself where a session begins."""
    attempts.succeeded(request, username)
    AccessAttempt.objects.filter(username=username, ip_address=client_address(request)).delete()


def page(request: HttpRequest) -> HttpResponse:
    """Return the page for somebody who is locked out of the admin; django-axes' own has no Retry-After."""
    seconds = seconds_left(request)
    minutes = -(-seconds // 60)
    detail = (
        f"Logging in as this user from your address is locked for {minutes} minute{'s' if minutes > 1 else ''}, "
        "with the right password too. A colleague can lift that in the admin: Accounts, Failed logins, Lift lock-out."
    )
    return ErrorPage("too-many-requests", detail, title="Too many failed logins", headers={"Retry-After": str(seconds)})


def refused_page(refusal: Throttled) -> HttpResponse:
    """Return the page of the admin for somebody whose password is not looked at now."""
    headers = {"Retry-After": str(refusal.wait)}  # type: ignore[attr-defined]  # not in the stubs
    return ErrorPage("too-many-requests", str(refusal.detail), title="Too many logins", headers=headers)
