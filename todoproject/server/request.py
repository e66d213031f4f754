"""Django's requests, which a stranger's Content-Type cannot keep from being made."""

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest

if TYPE_CHECKING:
    Base = HttpRequest
else:
    Base = object

# What a body may be whose type says nothing that can be read (RFC 9110 §8.3): no API takes it, so it is 415.
UNREADABLE = "application/octet-stream"


class ReadableContentType(Base):
    """Takes a Content-Type with a parameter in an unknown charset (``a*=zz''b``, RFC 2231) for UNREADABLE.

    Django raises ValueError at it while it makes the request, before there is anything that could answer.
    """

    def _set_content_type_params(self, meta: MutableMapping[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # not in the stubs
        except ValueError:
            meta["CONTENT_TYPE"] = UNREADABLE
            super()._set_content_type_params(meta)  # type: ignore[misc]  # as above


class ThreadRequest(ReadableContentType, WSGIRequest):
    """A request as gunicorn's threads get it."""
