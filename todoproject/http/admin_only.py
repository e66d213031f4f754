"""What only people in a browser need: sessions, logins, messages.

The API has its own authentication, and asking middlewares that have nothing to say costs it time. Subclasses, because
the admin's system checks look for Django's own (admin.E408 to E410).
"""

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse


class AdminOnly:
    """Passes by every request whose path is not below /admin/."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/admin/"):
            return super().__call__(request)  # type: ignore[misc,no-any-return]  # of the middleware mixed in
        return self.get_response(request)  # type: ignore[attr-defined,no-any-return]


class AdminSessionMiddleware(AdminOnly, SessionMiddleware):
    """Django's, for the admin."""


class AdminAuthenticationMiddleware(AdminOnly, AuthenticationMiddleware):
    """Django's, for the admin."""


class AdminMessageMiddleware(AdminOnly, MessageMiddleware):
    """Django's, for the admin."""
