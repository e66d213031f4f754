"""The application as gunicorn's threads serve it."""

import os
from collections.abc import MutableMapping
from typing import Any

import django

from todoproject.http.handler import Handler, HostRequest
from todoproject.server.bodies import Bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")

# A body whose type cannot be read (RFC 9110 §8.3): no API takes it, so the answer is 415.
UNREADABLE = "application/octet-stream"


class Request(HostRequest):
    """Takes a Content-Type with a parameter in an unknown charset (``a*=zz''b``, RFC 2231) for UNREADABLE.

    Django raises ValueError at it while it makes the request, before there is anything that could answer.
    """

    def _set_content_type_params(self, meta: MutableMapping[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # not in the stubs
        except ValueError:
            meta["CONTENT_TYPE"] = UNREADABLE
            super()._set_content_type_params(meta)  # type: ignore[misc]  # as above


django.setup(set_prefix=False)
handler = Handler()
handler.request_class = Request
application = Bodies(handler)
