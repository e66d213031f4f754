"""Pages by position: a cursor is the sort key of the row where a page ends, signed, so any page costs an index probe.

Nothing is counted or skipped, so page 10,000 costs what page 1 costs, and rows that come and go between two requests
neither repeat nor hide others (https://use-the-index-luke.com/no-offset).
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from django.core.signing import BadSignature, Signer

from todoproject.api.errors import QueryError
from todoproject.api.renderer import decimal_text
from todoproject.secrets import django_key

MAX_CURSOR_CHARACTERS = 4096
SALT = "todoproject.api.cursor"


class Position(NamedTuple):
    """The place just behind (`backwards`: just before) the row with this key and id."""

    key: Any
    row_id: int
    backwards: bool


def cursor_text(position: Position, ordering: str, filters: Mapping[str, Any]) -> str:
    """Return the opaque text of a position, bound to the ordering and the filters it was made with."""
    parts = orjson.dumps([ordering, _digest(filters), *position], default=decimal_text)
    return _signed(urlsafe_b64encode(parts).decode().rstrip("="))


def position_of(text: str, ordering: str, filters: Mapping[str, Any]) -> Position:
    """Return the position in a cursor; raise `QueryError` unless we signed it for this ordering and these filters."""
    if len(text) > MAX_CURSOR_CHARACTERS:
        raise QueryError({"cursor": [f"Longer than {MAX_CURSOR_CHARACTERS} characters."]})
    try:
        parts = _unsigned(text)
    except BadSignature:
        raise QueryError({"cursor": ["Not a cursor of this service: take it from a Link header."]}) from None
    name, digest, *position = orjson.loads(urlsafe_b64decode(parts + "=" * (-len(parts) % 4)))
    if name != ordering or digest != _digest(filters):
        raise QueryError({"cursor": ["Made with another ordering or other filters: follow the Link as it is."]})
    return Position(*position)


def _digest(filters: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(filters, default=decimal_text, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def _unsigned(text: str) -> str:
    try:
        return _signer().unsign(text)
    except BadSignature:
        django_key.refresh_now()
    return _signer().unsign(text)


def _signed(text: str) -> str:
    """Return the text and its signature as `Signer.sign` does, which would derive the key each time."""
    signature = hmac.digest(_key(settings.SECRET_KEY), text.encode(), "sha256")
    return f"{text}:{urlsafe_b64encode(signature).decode().rstrip('=')}"


@lru_cache(maxsize=1)
def _key(secret: str) -> bytes:
    return hashlib.sha256(f"{SALT}signer{secret}".encode()).digest()


def _signer() -> Signer:
    return Signer(salt=SALT)
