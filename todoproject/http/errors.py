"""Shapes the errors outside of the API: a path without a view, Django's own 400, 403, 405 and 500.

Programs get problem details. People get a small page with the request id: below /admin/, and elsewhere if the client
prefers HTML, as browsers do, and no view of the API took the request.
"""

import sys
from collections.abc import Callable

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from todoproject.http.accept import prefers_html
from todoproject.http.problems import CONTENT_TYPE, PROBLEM_TYPES, problem_response
from todoproject.logs.context import request_id

# PostgreSQL's codes, https://www.postgresql.org/docs/current/errcodes-appendix.html: 08 connection, 40 serialization
# and deadlock, 53 out of connections, memory or disk, 57 shutdown and statement_timeout, 58 system error;
# 55P03 lock_timeout, 25006 a writer that became a replica (failover), 25P03 idle_in_transaction_session_timeout.
PASSING_CLASSES = ("08", "40", "53", "57", "58", "55P03", "25006", "25P03")

# A failover takes longer. A restarted connection or a lock does not, and to ask again is cheap.
RETRY_AFTER_SECONDS = 2

DATABASE_AWAY = "The database cannot answer right now."

DETAILS = {
    "bad-request": "The request is malformed.",
    "forbidden": "You may not do this.",
    "not-found": "There is nothing at this address.",
    "method-not-allowed": "This address does not know the method.",
    "range-not-satisfiable": "The range begins after the end.",
    "internal-error": "The error is in our logs under the request id.",
    "unavailable": DATABASE_AWAY,
}
SLUGS = {PROBLEM_TYPES[slug].status: slug for slug in DETAILS}


class ErrorPage(HttpResponse):
    """A page about a problem; it needs no database, no session and no user.

    `title` and `status` replace those of the problem type. The page leads back to the admin, or else to the
    documentation of the API.
    """

    def __init__(self, slug: str, detail: str, *, title: str = "", status: int = 0, in_admin: bool = True) -> None:
        problem = PROBLEM_TYPES[slug]
        context = {
            "status": status or problem.status,
            "title": title or problem.title,
            "detail": detail,
            "request_id": request_id.get(),
            "in_admin": in_admin,
        }
        page = render_to_string("error.html", context)
        super().__init__(page, status=status or problem.status)


class PlainErrorsMiddleware:
    """Replaces the body of each error response that is not shaped yet; its headers stay."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return shaped(request, self.get_response(request))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer 503 if the database is not available, 400 if the client left while sending its body, else 500.

    Set as ``handler500``: Django has logged the exception, and is still handling it.
    """
    exception = sys.exception()
    if is_unavailable(exception):
        response = HttpResponse(status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    elif isinstance(exception, UnreadablePostError):
        response = HttpResponse(status=400)
    else:
        response = HttpResponse(status=500)
    return shaped(request, response)


def shaped(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return `response`; an error gets a page or a problem as its body."""
    if response.status_code >= 400:
        if not isinstance(response, HttpResponse):  # WhiteNoise streams even a 405, and a 416
            response = HttpResponse(status=response.status_code, headers=dict(response.items()))
        if response.get("Content-Type") != CONTENT_TYPE and not isinstance(response, ErrorPage):
            rewrite(request, response)
        response["Content-Length"] = str(len(response.content))
        # An asset of the next release may be there a moment later: no cache may keep the 404.
        response.setdefault("Cache-Control", "no-store")
    return response


def is_api(request: HttpRequest) -> bool:
    """Say whether a view of the API took the request: its clients always get problems."""
    return hasattr(getattr(request.resolver_match, "func", None), "cls")  # what DRF's `as_view` adds


def rewrite(request: HttpRequest, response: HttpResponse) -> None:
    """Replace the body, Content-Type and the headers about the body; Allow, Retry-After, cookies and others stay."""
    slug = SLUGS.get(response.status_code) or ("bad-request" if response.status_code < 500 else "internal-error")
    in_admin = request.path.startswith("/admin/")
    if not in_admin:
        patch_vary_headers(response, ["Accept"])
    if in_admin or (not is_api(request) and prefers_html(request.headers.get("Accept", ""))):
        page: HttpResponse = ErrorPage(slug, DETAILS[slug], status=response.status_code, in_admin=in_admin)
    else:
        page = problem_response(request, slug, DETAILS[slug])
        response.status_code = page.status_code
    response.content, response["Content-Type"] = page.content, page["Content-Type"]
    for header in ("Content-Encoding", "Content-Language", "ETag"):
        del response[header]


def is_unavailable(exception: BaseException | None) -> bool:
    """Say whether the same request may succeed in some seconds: no connection, a timeout, a restart, a failover.

    Errors without a code come from the connection itself: refused, timed out, lost.
    """
    if not isinstance(exception, InterfaceError | InternalError | OperationalError):
        return False
    code = getattr(exception.__cause__, "sqlstate", None)
    return code.startswith(PASSING_CLASSES) if code else not isinstance(exception, InternalError)
