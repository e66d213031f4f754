"""Turns an exception of a view into a problem detail. An exception that is not listed here is our bug: 500."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.log import log_response
from rest_framework import exceptions
from rest_framework.settings import api_settings

from todoproject.http.errors import DATABASE_AWAY, RETRY_AFTER_SECONDS, is_unavailable
from todoproject.http.problems import PROBLEM_TYPES, problem_response

# Most statuses have one type; the exception tells the two with status 400 apart.
SLUG_OF_STATUS = {problem.status: slug for slug, problem in reversed(PROBLEM_TYPES.items())}

# DRF's own sentences do not say what to do. People who open the address in a browser read these.
DETAILS = {
    exceptions.NotAuthenticated: "Send an access token as `Authorization: Bearer …`: /docs says how to get one.",
    exceptions.NotAcceptable: "Only application/json is served here, which `Accept` excludes: /docs is for people.",
}


class QueryError(exceptions.ValidationError):
    """Query parameters that are not accepted, as ``{name: [sentence, …]}``; the pointers are ``?name``."""


class MalformedBody(exceptions.ParseError):
    """A body that is no JSON object; `pointer` is the place of the fault, "" for the whole body."""

    def __init__(self, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.pointer = pointer


class PreconditionFailed(exceptions.APIException):
    status_code = 412
    default_detail = "The current ETag is not what If-Match or If-None-Match demands."


class AlreadyExists(exceptions.ValidationError):
    """Values that must be unique and exist already, as ``{member: [sentence, …]}``."""

    status_code = 409
    slug = "already-exists"


class InUse(exceptions.APIException):
    status_code = 409
    slug = "in-use"
    default_detail = "Something else refers to this: delete or change that first."


def first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Return the problem for `error`, or None to let Django answer 500; the setting of DRF by the same name."""
    request = context["request"]
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if is_unavailable(error):
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        response = problem_response(request, "unavailable", DATABASE_AWAY, headers=headers)
        # Instead of Django's line, which would not say why; the first line of PostgreSQL's reason holds no values.
        log_response(
            "%s: %s: %s", response.reason_phrase, request.path, first_line(error), response=response, request=request
        )
        return response
    if isinstance(error, MalformedBody):
        errors = [{"pointer": error.pointer, "detail": str(error.detail)}]
        return problem_response(request, "bad-request", str(error.detail), errors=errors)
    if isinstance(error, exceptions.ValidationError):
        found = in_query(error) if isinstance(error, QueryError) else pointed(error.detail)
        errors = [{"pointer": pointer, "detail": detail} for pointer, detail in found]
        detail = f"{len(errors)} value{'s are' if len(errors) > 1 else ' is'} not accepted: see errors."
        return problem_response(request, getattr(error, "slug", "validation-failed"), detail, errors=errors)
    if isinstance(error, exceptions.APIException):
        headers = _headers(error)
        detail = DETAILS.get(type(error), str(error.detail))
        slug = getattr(error, "slug", None) or SLUG_OF_STATUS[error.status_code]
        return problem_response(request, slug, detail, headers=headers)
    return None


def pointed(detail: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Yield (JSON Pointer, sentence) for each error in DRF's nested `detail`."""
    if isinstance(detail, Mapping):
        for key, below in detail.items():
            here = pointer if key == api_settings.NON_FIELD_ERRORS_KEY else f"{pointer}/{pointer_step(key)}"
            yield from pointed(below, here)
    elif isinstance(detail, list):
        for below in detail:
            yield from pointed(below, pointer)
    else:
        yield pointer, str(detail)


def pointer_step(key: object) -> str:
    """Return one step of a JSON Pointer (RFC 6901), escaped."""
    return str(key).replace("~", "~0").replace("/", "~1")


def in_query(error: QueryError) -> Iterator[tuple[str, str]]:
    """Yield (``?name``, sentence) for each error."""
    detail: Any = error.detail
    for name, sentences in detail.items():
        for sentence in sentences:
            yield f"?{name}", str(sentence)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(max(1, round(wait)))
    return headers
