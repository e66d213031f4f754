"""Gives one shape to the errors that no view of ours has shaped: a path without view, Django's own 400, 403, 405, 500.

Problem details for programs, and a small page with the request id for people: below /admin/, and where a client that
prefers HTML, as browsers do, has not met the API.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from todoproject.api.negotiation import prefers_html
from todoproject.http import unavailable
from todoproject.http.error_page import ErrorPage, PublicErrorPage
from todoproject.http.problems import CONTENT_TYPE, PROBLEM_TYPES, problem_response

DETAILS = {
    "bad-request": "The request is malformed.",
    "forbidden": "You may not do this.",
    "not-found": "There is nothing at this address.",
    "method-not-allowed": "This address does not know the method.",
    "range-not-satisfiable": "The range begins behind the end.",
    "internal-error": "The error is in our logs under the request id.",
    "unavailable": unavailable.DETAIL,
}
SLUGS = {PROBLEM_TYPES[slug].status: slug for slug in DETAILS}


class PlainErrorsMiddleware:
    """Rewrites the body of every error answer that is not a problem yet; all its headers stay."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return shaped(request, self.get_response(request))


def shaped(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return `response` itself; if it is an error, with a page for people or a problem for programs as its body."""
    if response.status_code >= 400:
        if not isinstance(response, HttpResponse):  # WhiteNoise streams even a 405, and a 416
            response = HttpResponse(status=response.status_code, headers=dict(response.items()))
        if response.get("Content-Type") != CONTENT_TYPE and not isinstance(response, ErrorPage):
            rewrite(request, response)
        response["Content-Length"] = str(len(response.content))
    return response


def is_api(request: HttpRequest) -> bool:
    """Say whether a view of the API took the request: its clients get problems, whatever they prefer."""
    return hasattr(getattr(request.resolver_match, "func", None), "cls")  # what DRF's `as_view` adds


def rewrite(request: HttpRequest, response: HttpResponse) -> None:
    """Change body, Content-Type and what goes with them; Allow, Retry-After, cookies and the rest stay."""
    slug = SLUGS.get(response.status_code) or ("bad-request" if response.status_code < 500 else "internal-error")
    if request.path.startswith("/admin/"):
        page: HttpResponse = ErrorPage(slug, DETAILS[slug], status=response.status_code)
    else:
        patch_vary_headers(response, ["Accept"])
        if not is_api(request) and prefers_html(request.headers.get("Accept", "")):
            page = PublicErrorPage(slug, DETAILS[slug], status=response.status_code)
        else:
            page = problem_response(request, slug, DETAILS[slug])
            response.status_code = page.status_code
    response.content, response["Content-Type"] = page.content, page["Content-Type"]
    for header in ("Content-Encoding", "Content-Language", "ETag"):
        del response[header]
