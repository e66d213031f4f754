"""Lets Django see the body of a chunked request.

Django reads as many bytes as CONTENT_LENGTH says, so that a chunked request, which has none, arrives empty
(https://code.djangoproject.com/ticket/28668). gunicorn ends `wsgi.input` at the last chunk, so the body can be read
here, up to the limit, and be handed on with its length.
"""

from io import BytesIO
from typing import TYPE_CHECKING

import orjson
from django.conf import settings

from todoproject.http.problems import CONTENT_TYPE
from todoproject.server.whole_body import WholeBody

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Of no type of ours (RFC 9457 §4.2.1), and of no request id: whoever sends this is no client of an API.
REFUSAL = orjson.dumps(
    {
        "type": "about:blank",
        "title": "Not Implemented",
        "status": 501,
        "detail": "A body may come in chunks or with its length, not under another transfer coding.",
    }
)


class ChunkedBodies:
    """A WSGI application in front of another, which reads chunked bodies into memory for it.

    At most MAX_BODY_BYTES are read and one more, which makes the length too large for BodyLimitMiddleware.
    A malformed chunk raises gunicorn's own error here, which it answers with 400; another transfer coding is 501, for a
    body that nobody decodes must not pass for an empty one. https://www.rfc-editor.org/rfc/rfc9112#section-6.1
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        coding = environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if coding not in {"", "chunked"}:
            start_response(
                "501 Not Implemented", [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(REFUSAL)))]
            )
            return [REFUSAL]
        if coding and not environ.get("CONTENT_LENGTH"):
            body = environ["wsgi.input"].read(settings.MAX_BODY_BYTES + 1)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        elif environ.get("CONTENT_LENGTH"):
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"])
        return self.application(environ, start_response)
