"""Answers that the worker gives without Django: health checks, refusals, and requests that cannot be parsed."""

import re
import secrets
from http import HTTPStatus

from django.utils.http import escape_leading_slashes
from gunicorn.http import errors

from todoproject.http.problems import CONTENT_TYPE, problem_document
from todoproject.http.request_log import log_refusal
from todoproject.metrics.middleware import LIMITED, requests
from todoproject.server import health
from todoproject.server.incoming import Incoming

RETRY_AFTER_SECONDS = 1

# A health check as kubelets, load balancers and people send it. Any other request goes to the parser.
HEALTH = re.compile(
    rb"(GET|HEAD) (/(?:healthz|readyz))/?(?:\?[!-~]*)? HTTP/1\.[01]\r\n"
    rb"(?:[A-Za-z0-9-]{1,100}:[\t -~]{0,1000}\r\n){0,20}\r\n"
)

# Errors of the parser that have a status of their own; any other is 400.
STATUS_OF_ERROR: dict[type[Exception], int] = {
    errors.LimitRequestLine: 414,
    errors.ExpectationFailed: 417,
    errors.LimitRequestHeaders: 431,
    errors.UnsupportedTransferCoding: 501,
}
OUR_OWN_ERRORS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem)
DETAILS = {
    400: "The request is malformed, or the connection ended before it did.",
    408: "The request did not arrive in time, or too many requests arrive slowly.",
    414: "The request line is longer than 8,190 bytes.",
    417: "Expect may only be 100-continue.",
    429: "Most waiting requests are yours, so another client got this place. Nothing was done: send it again.",
    431: "The headers are larger than 32 KiB, one is longer than 8,190 bytes, or there are more than 100.",
    500: "The error is in our logs under the request id.",
    501: "The only transfer coding is chunked.",
    503: "The service has more requests than it can serve. Nothing was done: send it again.",
}
# The other statuses have no page (RFC 9457 §4.2.1): API clients do not meet them.
SLUGS = {400: "bad-request", 429: "too-many-requests", 500: "internal-error", 503: "unavailable"}


def status_of(error: BaseException) -> int:
    """Return the status for an error outside of Django."""
    if isinstance(error, errors.ParseException) and not isinstance(error, OUR_OWN_ERRORS):
        return STATUS_OF_ERROR.get(type(error), 400)
    return 500


def refusal(incoming: Incoming, status: int, *, keep: bool = False, reason: str = "") -> bytes:
    """Return a refusal as a problem; count it and write its access line, with the kind of error as `reason`."""
    method, path, _ = incoming.line()
    identifier = incoming.request_id() or secrets.token_hex(16)
    log_refusal(identifier, method, path, status, reason)
    requests.labels("refused", "OTHER", status, "limited" if status in LIMITED else "users").inc()
    instance = escape_leading_slashes(path)  # as in problem_response
    body = problem_document(SLUGS.get(status, status), DETAILS[status], instance=instance, request_id=identifier)
    return whole(status, CONTENT_TYPE, body, identifier, keep=keep)


def health_check(incoming: Incoming, found: re.Match[bytes], *, keep: bool) -> bytes:
    """Return the answer to a health check that HEALTH has matched."""
    method, path = (each.decode() for each in found.groups())
    identifier = incoming.request_id() or secrets.token_hex(16)
    status, content_type, body = 200, "application/json", b'{"status": "ok"}'
    if trouble := health.trouble(path):
        status, content_type = 503, CONTENT_TYPE
        body = problem_document("unavailable", trouble, instance=path, request_id=identifier)
        log_refusal(identifier, method, path, status)
    answer = whole(status, content_type, body, identifier, keep=keep)
    return answer.removesuffix(body) if method == "HEAD" else answer


def whole(status: int, content_type: str, body: bytes, identifier: str, *, keep: bool) -> bytes:
    """Return a whole response, head and body."""
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        f"X-Request-ID: {identifier}",
        f"Connection: {'keep-alive' if keep else 'close'}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        *([f"Retry-After: {RETRY_AFTER_SECONDS}"] if status in {429, 503} else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
