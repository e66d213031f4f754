"""Errors as RFC 9457 problem details: a table of types, and functions that make answers of them.

Each type has a page under /docs/errors/ that tells a client's developer what happened and what to do.
"""

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

import orjson
from django.http import HttpResponse
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes

from todoproject.logs.context import request_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest

CONTENT_TYPE = "application/problem+json"


class ProblemType(NamedTuple):
    """A kind of error: `slug` ends its address, `explanation` is its page."""

    slug: str
    status: int
    title: str
    explanation: str


PROBLEM_TYPES = {
    problem.slug: problem
    for problem in (
        ProblemType(
            "bad-request",
            400,
            "The request cannot be understood",
            "The body is not JSON as RFC 8259 defines it, a header is malformed, or the Host is not in ALLOWED_HOSTS. "
            "`detail` names the first thing that is wrong. Sending the same request again will not help.",
        ),
        ProblemType(
            "validation-failed",
            400,
            "Some values are not accepted",
            "The request is well formed, but values in it break a rule. `errors` lists each: `pointer` is a JSON "
            "Pointer (RFC 6901) into the body, or `?name` for a query parameter, and `detail` says what is right.",
        ),
        ProblemType(
            "not-authenticated",
            401,
            "A valid access token is needed",
            "Send `Authorization: Bearer <access token>`. Tokens come from POST /auth/token and live ten minutes; "
            "POST /auth/token/refresh gives a new pair for an unused refresh token.",
        ),
        ProblemType(
            "forbidden",
            403,
            "This is not allowed",
            "You are logged in, but may not do this. A form of the admin also gets this answer if its page is too old.",
        ),
        ProblemType(
            "not-found",
            404,
            "There is nothing here",
            "The address is wrong, or the object does not exist or belongs to another user. These look the same on "
            "purpose.",
        ),
        ProblemType(
            "method-not-allowed",
            405,
            "The method does not apply here",
            "The `Allow` header lists the methods that this address knows.",
        ),
        ProblemType(
            "not-acceptable",
            406,
            "Only JSON is served here",
            "The `Accept` header excludes application/json. Leave it out, or accept application/json.",
        ),
        ProblemType(
            "conflict",
            409,
            "Another request with this key is being served",
            "A request with the same Idempotency-Key is still running. Wait `Retry-After` seconds and send it again.",
        ),
        ProblemType(
            "already-exists",
            409,
            "Something has this value already",
            "The values in `errors` must be unique, and another row has them, perhaps one that you cannot see. Choose "
            "others.",
        ),
        ProblemType(
            "in-use",
            409,
            "Something else depends on this",
            "It cannot be deleted while other rows refer to it. Delete or change those first.",
        ),
        ProblemType(
            "precondition-failed",
            412,
            "The condition of the request does not hold",
            "`If-Match` has no current ETag, or `If-None-Match` has one: most often another client has made a change. "
            "Read again, apply your change, and send the new ETag. To delete a list, send `If-Match: *` or no "
            "condition: its ETags belong to pages.",
        ),
        ProblemType(
            "payload-too-large",
            413,
            "The body is too large",
            "`detail` has the limit of this address in bytes; the OpenAPI document has those of all operations.",
        ),
        ProblemType(
            "unsupported-media-type",
            415,
            "Only JSON is understood here",
            "Send the body as `Content-Type: application/json`, without `Content-Encoding`.",
        ),
        ProblemType(
            "range-not-satisfiable",
            416,
            "There is nothing in this range",
            "`Range` begins after the end of the file; `Content-Range` has its length. Leave `Range` out for all.",
        ),
        ProblemType(
            "idempotency-key-reused",
            422,
            "The key was used for another request",
            "For 24 hours an Idempotency-Key belongs to one request with one body. Use a new key for a new request.",
        ),
        ProblemType(
            "search-too-broad",
            422,
            "The search takes too long",
            "The service would have to read too much text. Search for a longer text, or add other filters.",
        ),
        ProblemType(
            "too-many-requests",
            429,
            "Too many requests",
            "Wait `Retry-After` seconds.",
        ),
        ProblemType(
            "internal-error",
            500,
            "Something went wrong on our side",
            "The fault is ours. Please quote `request_id`, by which we find it in our logs.",
        ),
        ProblemType(
            "unavailable",
            503,
            "The service cannot answer right now",
            "The database is out of reach, or the service is starting, stopping or has more requests than it can "
            "serve. Wait `Retry-After` seconds and send the request again; for POST use an Idempotency-Key.",
        ),
    )
}


def problem_response(
    request: "HttpRequest",
    slug: str,
    detail: str,
    *,
    errors: "Sequence[Mapping[str, str]] | None" = None,
    headers: "Mapping[str, str] | None" = None,
) -> HttpResponse:
    """Return a response of type `slug`; `detail` is one sentence about this occurrence."""
    # A URI reference (RFC 9457 §3.1.5): two slashes at its start would begin a host.
    instance = escape_leading_slashes(escape_uri_path(request.path))
    members: dict[str, object] = {"instance": instance, "request_id": request_id.get()}
    if errors:
        members["errors"] = errors
    body, status = problem_document(slug, detail, **members), PROBLEM_TYPES[slug].status
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers)


def problem_document(kind: str | int, detail: str, **members: object) -> bytes:
    """Return the body alone. `kind` is a slug, or a status that has no page (RFC 9457 §4.2.1)."""
    if isinstance(kind, int):
        known: dict[str, object] = {"type": "about:blank", "title": HTTPStatus(kind).phrase, "status": kind}
    else:
        problem = PROBLEM_TYPES[kind]
        known = {"type": f"/docs/errors/{kind}", "title": problem.title, "status": problem.status}
    return orjson.dumps(known | {"detail": detail} | members)
