"""Hands Django chunked bodies.

Django reads as many bytes as CONTENT_LENGTH says, so that a chunked request, which has none, arrives empty
(https://code.djangoproject.com/ticket/28668). All of it is in memory by now, and no larger than its path allows
(`todoproject.server.incoming`).
"""

from io import BytesIO
from typing import TYPE_CHECKING

from gunicorn.http.errors import InvalidHeader, UnsupportedTransferCoding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Bodies:
    """A WSGI application in front of another, which joins the chunks of bodies for it.

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
            raise UnsupportedTransferCoding(coding)
        if coding and not environ.get("CONTENT_LENGTH"):
            body = environ["wsgi.input"].read()
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return self.application(environ, start_response)
