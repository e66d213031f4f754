"""Conditional requests (RFC 9110 §13) by strong ETags.

A single resource's ETag is its version number, so that ``If-Match`` can be checked inside the UPDATE itself. A list's
is a digest of what is sent.
"""

import hashlib
import re

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags

VERSION_ETAG = re.compile(r'"([1-9][0-9]{0,17})"', re.ASCII)


def version_etag(version: int) -> str:
    """Return the ETag of a resource at `version`."""
    return f'"{version}"'


def digest_etag(*parts: bytes) -> str:
    """Return the ETag of an answer made of `parts`."""
    return f'"{hashlib.sha256(b"\n".join(parts)).hexdigest()[:32]}"'


def required_versions(request: HttpRequest) -> frozenset[int] | None:
    """Return the versions that ``If-Match`` allows, or None when any will do (no header, or ``*``).

    An ETag that is not one of ours, or a weak one, matches nothing (strong comparison).
    """
    header = request.META.get("HTTP_IF_MATCH")
    if header is None:
        return None
    etags = parse_etags(header)
    if etags == ["*"]:
        return None
    return frozenset(int(match[1]) for etag in etags if (match := VERSION_ETAG.fullmatch(etag)))


def not_modified(request: HttpRequest, etag: str) -> HttpResponse | None:
    """Return a 304 when ``If-None-Match`` names `etag` (weak comparison, lists and ``*``), else None."""
    header = request.META.get("HTTP_IF_NONE_MATCH")
    if header is None:
        return None
    etags = parse_etags(header)
    if etags == ["*"] or etag in (candidate.removeprefix("W/") for candidate in etags):
        return HttpResponse(status=304, headers={"ETag": etag})
    return None
