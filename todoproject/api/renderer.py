"""Writes JSON with orjson: date-times as RFC 3339 in UTC with a ``Z``, decimal numbers as text."""

from decimal import Decimal
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer


def to_json(value: Any) -> bytes:
    """Return `value` as the bytes every answer of this service is made of."""
    return orjson.dumps(value, default=decimal_text, option=orjson.OPT_UTC_Z)


def decimal_text(value: Any) -> str:
    """Return a Decimal with all its places and no exponent; what else orjson does not know is a TypeError."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError


class JSONRenderer(BaseRenderer):
    """The one media type of the API; views answer bytes, which no renderer has to make."""

    media_type = "application/json"
    format = "json"
    charset = None
