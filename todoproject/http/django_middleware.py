"""Django's own middleware, where it is needed and no further."""

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
    """Leaves Content-Length away where it would be wrong: a 304 may say the length of the 200 only, a 204 none.

    https://www.rfc-editor.org/rfc/rfc9110#section-8.6
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        answer = super().process_response(request, response)
        if answer.status_code in WITHOUT_BODY:
            del answer["Content-Length"]
        return answer


class CorsMiddleware(middleware.CorsMiddleware):
    """Says in ``Vary`` that the origin matters, and does no more for a request without one that asks for no preflight.

    django-cors-headers would read all headers of each request to find that there is nothing to permit.
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
    """Redirects to HTTPS as Django's does; its headers are those of `todoproject.http.security_headers`."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:  # noqa: ARG002
        return response


class AdminOnly:
    """Passes by every request whose path is not below /admin/.

    Only people in a browser need sessions, logins and messages; asking middleware that has nothing to say costs the API
    time. These are subclasses, because the admin's system checks look for Django's own (admin.E408 to E410).
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/admin/"):
            return super().__call__(request)  # type: ignore[misc,no-any-return]  # of the middleware mixed in
        return self.get_response(request)  # type: ignore[attr-defined,no-any-return]


class AdminSessionMiddleware(AdminOnly, SessionMiddleware):
    """Django's, for the admin. Another method than those of pages and forms is 405; Django misses a CSRF token: 403."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/admin/") and request.method not in ADMIN_METHODS:
            return HttpResponseNotAllowed(ADMIN_METHODS)
        return super().__call__(request)


class AdminCsrfMiddleware(AdminOnly, CsrfViewMiddleware):
    """Django's, for the admin: nothing else takes a form or knows a caller by a cookie."""


class AdminAuthenticationMiddleware(AdminOnly, AuthenticationMiddleware):
    """Django's, for the admin."""


class AdminMessageMiddleware(AdminOnly, MessageMiddleware):
    """Django's, for the admin."""
