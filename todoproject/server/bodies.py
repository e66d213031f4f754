"""Hands Django whole bodies only, and chunked ones at all.

Django reads as many bytes as CONTENT_LENGTH says, so that a chunked request, which has none, arrives empty
(https://code.djangoproject.com/ticket/28668). gunicorn ends `wsgi.input` at the last chunk, so the body can be read
here, up to the limit, and be handed on with its length. It also ends `wsgi.input` where the client has stopped sending,
however much its Content-Length had announced, and Django takes what is there.
https://www.rfc-editor.org/rfc/rfc9112#section-8
"""

from io import BytesIO
from typing import IO, TYPE_CHECKING

from django.conf import settings
from gunicorn.http.errors import InvalidHeader

from todoproject.http.problems import CONTENT_TYPE, UNKNOWN_TRANSFER_CODING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Bodies:
    """A WSGI application in front of another, which reads chunked bodies into memory for it.

    At most MAX_BODY_BYTES are read and one more, which makes the length too large for BodyLimitMiddleware.
    A malformed chunk raises gunicorn's own error here, which it answers with 400; another transfer coding is 501, for a
    body that nobody decodes must not pass for an empty one. https://www.rfc-editor.org/rfc/rfc9112#section-6.1
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        if environ["SERVER_PROTOCOL"] == "HTTP/1.1" and "HTTP_HOST" not in environ:
            raise InvalidHeader("HOST")  # 400: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
        coding = environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if coding not in {"", "chunked"}:
            length = str(len(UNKNOWN_TRANSFER_CODING))
            start_response("501 Not Implemented", [("Content-Type", CONTENT_TYPE), ("Content-Length", length)])
            return [UNKNOWN_TRANSFER_CODING]
        if coding and not environ.get("CONTENT_LENGTH"):
            body = environ["wsgi.input"].read(settings.MAX_BODY_BYTES + 1)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        elif environ.get("CONTENT_LENGTH"):
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"])
        return self.application(environ, start_response)


class WholeBody:
    """A `wsgi.input` for a Django that never asks for more than Content-Length.

    Where the body ends too early, both methods raise ConnectionResetError, which Django answers with 400.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream

    def read(self, size: int, /) -> bytes:
        return whole(self.stream.read(size), size)

    def readline(self, size: int, /) -> bytes:
        line = self.stream.readline(size)
        return line if line.endswith(b"\n") else whole(line, size)


def whole(data: bytes, size: int) -> bytes:
    if len(data) < size:
        raise ConnectionResetError(f"The client stopped {size - len(data)} bytes before the end of its body.")
    return data
