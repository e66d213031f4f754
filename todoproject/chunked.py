"""Lets Django see the body of a chunked request.

Django reads as many bytes as CONTENT_LENGTH says, so that a chunked request, which has none, arrives empty
(https://code.djangoproject.com/ticket/28668). gunicorn ends `wsgi.input` at the last chunk, so the body can be read
here, up to the limit, and be handed on with its length.
"""

from io import BytesIO
from typing import TYPE_CHECKING

from django.conf import settings

from todoproject.whole_body import WholeBody

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class ChunkedBodies:
    """A WSGI application in front of another, which reads chunked bodies into memory for it.

    At most MAX_BODY_BYTES are read and one more, which makes the length too large for BodyLimitMiddleware.
    A malformed chunk raises gunicorn's own error here, which it answers with 400.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked" and not environ.get("CONTENT_LENGTH"):
            body = environ["wsgi.input"].read(settings.MAX_BODY_BYTES + 1)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        elif environ.get("CONTENT_LENGTH"):
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"])
        return self.application(environ, start_response)
