"""Conditional requests (RFC 9110 §13) by strong ETags.

A row's ETag is its version number, so that the UPDATE itself can check a condition. A list's ETag is a digest of the
answer.
"""

import hashlib
import re

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags

from todoproject.api.errors import PreconditionFailed

ANY = ["*"]
NO_ROW = Q(pk__in=())
VERSION_ETAG = re.compile(r'"([1-9][0-9]{0,17})"', re.ASCII)


def version_etag(version: int) -> str:
    """Return the ETag of a resource at `version`."""
    return f'"{version}"'


def digest_etag(*parts: bytes) -> str:
    """Return the ETag of an answer made of `parts`."""
    return f'"{hashlib.sha256(b"\n".join(parts)).hexdigest()[:32]}"'


def version_condition(request: HttpRequest) -> Q:
    """Return the condition of ``If-Match`` and ``If-None-Match`` on a row's `version`, for the WHERE of a write.

    An unknown ETag names no version; nor does a weak one in ``If-Match`` (strong comparison).
    """
    condition = Q()
    required, excluded = _etags(request, "HTTP_IF_MATCH"), _etags(request, "HTTP_IF_NONE_MATCH")
    if required is not None and required != ANY:
        condition &= Q(version__in=_versions(required))
    if excluded is not None:
        condition &= NO_ROW if excluded == ANY else ~Q(version__in=_versions(_weakly(excluded)))
    return condition


def require_no_etag(request: HttpRequest) -> None:
    """Raise `PreconditionFailed` for every condition but ``If-Match: *``: a list always exists."""
    if _etags(request, "HTTP_IF_MATCH") not in (None, ANY) or "HTTP_IF_NONE_MATCH" in request.META:
        raise PreconditionFailed("No condition but If-Match: * can hold here.")


def not_modified(request: HttpRequest, etag: str) -> HttpResponse | None:
    """Return a 304 when ``If-None-Match`` names `etag` (weak comparison, lists and ``*``), else None.

    Raises `PreconditionFailed` when ``If-Match`` does not name it; that header comes first (RFC 9110 §13.2.2).
    """
    required, held = _etags(request, "HTTP_IF_MATCH"), _etags(request, "HTTP_IF_NONE_MATCH")
    if required is not None and required != ANY and etag not in required:
        raise PreconditionFailed
    if held is not None and (held == ANY or etag in _weakly(held)):
        return HttpResponse(status=304, headers={"ETag": etag})
    return None


def _etags(request: HttpRequest, name: str) -> list[str] | None:
    header = request.META.get(name)
    return None if header is None else parse_etags(header)


def _weakly(etags: list[str]) -> list[str]:
    return [etag.removeprefix("W/") for etag in etags]


def _versions(etags: list[str]) -> frozenset[int]:
    return frozenset(int(match[1]) for etag in etags if (match := VERSION_ETAG.fullmatch(etag)))
