"""Collects a request in memory, so that it takes a thread only when it is complete.

This module finds where a request ends, and refuses one that is too large. gunicorn's parser reads the same bytes
afterwards, in a thread. A request whose end is ambiguous goes there as a head without a body, and its connection ends
with the answer. https://www.rfc-editor.org/rfc/rfc9112#section-6.3
"""

import re
from collections.abc import Callable

from todoproject.server import limits

BODY_FIELDS = re.compile(rb"\r\n(content-length|transfer-encoding|expect)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
METHOD = re.compile(rb"[A-Z]{1,20}")
PATH = re.compile(rb"(?:https?://[^/?]*)?([!->@-~]*)")
REQUEST_ID = re.compile(rb"\r\nx-request-id:[ \t]*([A-Za-z0-9._-]{1,128})[ \t]*\r\n", re.IGNORECASE)
CLOSE = re.compile(rb"\r\nconnection:[^\r\n]*close", re.IGNORECASE)
AUTHORIZATION = re.compile(rb"\r\nauthorization:[ \t]*([^\r\n]*)", re.IGNORECASE)
BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
CHUNK_SIZE = re.compile(rb"[0-9a-fA-F]+")


class HeadTooLargeError(Exception):
    """The head of a request is larger than HEAD_BYTES."""


class Incoming:
    """The bytes that a client has sent and no thread has read; `limit_of` gives the largest body of a path."""

    def __init__(self, limit_of: Callable[[str], int]) -> None:
        self.buffer = bytearray()
        self._limit_of = limit_of
        self._begin()

    def _begin(self) -> None:
        self._searched = self._head = self._end = self._chunk = self._data = self._limit = 0
        #: The client waits for 100 Continue before it sends its body.
        self.expects = False
        #: The connection ends with the answer, since nobody knows where a next request would begin.
        self.last = False
        #: The body is larger than the path allows, and is not read.
        self.too_large = False

    def request(self) -> bytes | None:
        """Return the first request, head and body, or None while it is incomplete; raise HeadTooLargeError.

        The attributes are about this request until `begin_next`.
        """
        if not self._head and not self._find_head():
            return None
        if self._chunk and not self._end:
            self._find_last_chunk()
        return bytes(self.buffer[: self._end]) if 0 < self._end <= len(self.buffer) else None

    def begin_next(self) -> None:
        """Drop the request that was returned, and begin with the bytes after it."""
        del self.buffer[: self._end]
        self._begin()

    def _find_head(self) -> bool:
        end = self.buffer.find(b"\r\n\r\n", self._searched)
        if end < 0 and BARE_LINE_FEED.search(self.buffer, max(0, self._searched - 1)):
            self._alone(len(self.buffer))  # the parser refuses it
            return True
        if max(end, len(self.buffer) if end < 0 else 0) > limits.HEAD_BYTES:
            raise HeadTooLargeError
        if end < 0:
            self._searched = max(0, len(self.buffer) - 3)
            return False
        self._head = self._end = end + 4
        if found := BODY_FIELDS.findall(self.buffer, 0, end + 2):
            self._find_body([(name.lower(), value.rstrip(b" \t").lower()) for name, value in found])
        return True

    def _find_body(self, found: list[tuple[bytes, bytes]]) -> None:
        lengths = [value for name, value in found if name == b"content-length"]
        codings = [value for name, value in found if name == b"transfer-encoding"]
        _, path, is_latest = self.line()
        self._limit = self._limit_of(path)
        self.expects = (b"expect", b"100-continue") in found and is_latest
        if codings == [b"chunked"] and not lengths:
            self._chunk, self._end = self._head, 0
        elif codings or len(lengths) > 1 or any(not (each.isdigit() and len(each) < 20) for each in lengths):
            self._alone(self._head)
        elif lengths and int(lengths[0]) > self._limit:
            self._refuse_body()
        elif lengths:
            self._end += int(lengths[0])

    def _find_last_chunk(self) -> None:
        while (line := self.buffer.find(b"\r\n", self._chunk)) >= 0:
            size = CHUNK_SIZE.match(self.buffer, self._chunk, line)
            if not size:
                self._alone(len(self.buffer))
                return
            if not (data := int(size[0], 16)):
                end = self.buffer.find(b"\r\n\r\n", line)  # trailers, or none
                self._end = end + 4 if end >= 0 else 0
                break
            self._data += data
            self._chunk = line + 2 + data + 2
            if self._data > self._limit:
                break
        if self._data > self._limit or len(self.buffer) > self._head + 2 * self._limit + limits.CHUNK_OVERHEAD_BYTES:
            self._refuse_body()

    def _refuse_body(self) -> None:
        self.too_large = True
        self._alone(self._head)

    def _alone(self, end: int) -> None:
        self.last, self._end = True, end
        self._head = self._head or end

    def line(self) -> tuple[str, str, bool]:
        """Return method, path without query, and whether it is HTTP/1.1; "" for what cannot be read."""
        line = bytes(self.buffer[: limits.LINE_BYTES]).removeprefix(b"\r\n").partition(b"\r\n")[0]
        method, target, version = [*line.split(b" ", 2), b"", b""][:3]
        found = PATH.match(target)
        known = method if METHOD.fullmatch(method) else b""
        return known.decode(), found[1].decode() if found else "", version == b"HTTP/1.1"

    def request_id(self) -> str:
        """Return a sane X-Request-ID, or ""."""
        found = REQUEST_ID.search(self.buffer, 0, self._head or len(self.buffer))
        return found[1].decode() if found else ""

    def caller(self) -> bytes:
        """Return the Authorization header, which nobody has verified yet, to tell callers apart; b"" without one."""
        found = AUTHORIZATION.search(self.buffer, 0, self._head or len(self.buffer))
        return found[1] if found else b""

    def wants_close(self) -> bool:
        """Say whether the connection ends after this request: ``Connection: close``, or HTTP/1.0."""
        return not self.line()[2] or bool(CLOSE.search(self.buffer, 0, self._head or len(self.buffer)))
