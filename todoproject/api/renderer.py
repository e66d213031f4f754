"""Writes JSON with orjson: date-times as RFC 3339 in UTC with a ``Z``, decimal numbers as text."""

from collections.abc import Mapping
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
    """The one renderer of the API."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002  the signature is DRF's
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> bytes:
        return b"" if data is None else to_json(data)
