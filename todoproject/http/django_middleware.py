"""Django's middleware, limited to the requests that need it."""

from typing import Any

from corsheaders import middleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.middleware import common, security
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import patch_vary_headers

ADMIN_METHODS = ("GET", "HEAD", "POST")
WITHOUT_BODY = frozenset({204, 304})


class CommonMiddleware(common.CommonMiddleware):
    """Removes Content-Length from 204 and 304, where 0 would be wrong.

    https://www.rfc-editor.org/rfc/rfc9110#section-8.6
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        answer = super().process_response(request, response)
        if answer.status_code in WITHOUT_BODY:
            del answer["Content-Length"]
        return answer


class CorsMiddleware(middleware.CorsMiddleware):
    """Adds ``Vary: origin`` only, if a request has no Origin and is no preflight.

    django-cors-headers would read all headers of each request first.
    """

    async_capable = False

    def __call__(self, request: HttpRequest) -> Any:
        if "HTTP_ORIGIN" in request.META or request.method == "OPTIONS":
            return super().__call__(request)
        response: Any = self.get_response(request)
        if "Origin" not in response.get("Vary", ""):
            patch_vary_headers(response, ("origin",))
        return response


class HttpsMiddleware(security.SecurityMiddleware):
    """Redirects to HTTPS as Django does; `todoproject.http.security_headers` sets the headers."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:  # noqa: ARG002
        return response


class AdminOnly:
    """Skips a middleware for requests outside of /admin/, where it would only cost the API time.

    The classes below are subclasses of Django's, because the admin's system checks look for those (admin.E408 to E410).
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/admin/"):
            return super().__call__(request)  # type: ignore[misc,no-any-return]  # of the other base class
        return self.get_response(request)  # type: ignore[attr-defined,no-any-return]


class AdminSessionMiddleware(AdminOnly, SessionMiddleware):
    """Django's sessions, for the admin. Methods that no page uses are 405; Django would answer 403 for a CSRF token."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/admin/") and request.method not in ADMIN_METHODS:
            return HttpResponseNotAllowed(ADMIN_METHODS)
        return super().__call__(request)


class AdminCsrfMiddleware(AdminOnly, CsrfViewMiddleware):
    """Django's CSRF protection, for the admin: only there does a cookie authenticate."""


class AdminAuthenticationMiddleware(AdminOnly, AuthenticationMiddleware):
    """Django's `request.user`, for the admin."""


class AdminMessageMiddleware(AdminOnly, MessageMiddleware):
    """Django's messages, for the admin."""
