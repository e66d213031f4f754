"""The pages for developers of clients: the API, its OpenAPI document, and the errors. All assets are our own."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from todoproject.api.renderer import to_json
from todoproject.http.problems import PROBLEM_TYPES


def read_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer 405 to methods other than GET and HEAD; without csrf_exempt some would be 403."""
    return csrf_exempt(require_safe(view))


@cache
def openapi_document() -> bytes:
    """Return the document, which is built once: that takes much longer than a request may."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    return to_json(generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


@read_only
def schema(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Serve the OpenAPI document as JSON."""
    return HttpResponse(openapi_document(), content_type="application/vnd.oai.openapi+json; version=3.0")


@read_only
def api(request: HttpRequest) -> HttpResponse:
    """Show the API in Swagger UI."""
    return render(request, "docs/api.html", {"title": settings.TITLE})


@read_only
def errors(request: HttpRequest) -> HttpResponse:
    """List the kinds of errors."""
    return render(request, "docs/errors.html", {"problems": PROBLEM_TYPES.values()})


@read_only
def error(request: HttpRequest, slug: str) -> HttpResponse:
    """Explain one kind of error: the page that `type` in a problem detail names."""
    if slug not in PROBLEM_TYPES:
        raise Http404
    return render(request, "docs/error.html", {"problem": PROBLEM_TYPES[slug]})
