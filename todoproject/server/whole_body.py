"""Keeps half a body from being taken for the whole.

gunicorn ends `wsgi.input` where the client has stopped sending, however much its Content-Length had announced, and
Django takes what is there. https://www.rfc-editor.org/rfc/rfc9112#section-8
"""

from typing import IO


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
