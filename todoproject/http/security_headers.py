"""Sets security headers: JSON may load nothing, pages may load our own assets.

Django's middleware gives HSTS, nosniff, Referrer-Policy, Cross-Origin-Opener-Policy and X-Frame-Options, once.
https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
# The admin and Swagger UI work with it: neither has inline scripts or styles. Swagger's icons are data: images.
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)

PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class SecurityHeadersMiddleware:
    """Adds the headers that a response does not have yet.

    Django's two middlewares look for each header, which costs ten times as much. This one merges dictionaries inside
    of Django's headers; tests/project/test_headers.py compares the results.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        headers: Any = response.headers
        headers._store = {**added(is_page, request.is_secure()), **headers._store}  # noqa: SLF001  see above
        return response


@lru_cache(maxsize=4)
def added(is_page: bool, is_secure: bool) -> dict[str, tuple[str, str]]:  # noqa: FBT001  keywords would be another key of lru_cache
    """Return the headers of a page or of JSON in Django's form: {lower-case name: (name, value)}."""
    headers = {
        "Content-Security-Policy": PAGE_POLICY if is_page else API_POLICY,
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    request, response = HttpRequest(), HttpResponse(headers=headers)
    request.META["HTTP_X_FORWARDED_PROTO"] = "https" if is_secure else "http"
    for middleware in (SecurityMiddleware, XFrameOptionsMiddleware):
        middleware(lambda _request: response).process_response(request, response)
    del response["Content-Type"]
    return {name.lower(): (name, value) for name, value in response.items()}
