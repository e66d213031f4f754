"""Reads the bodies of requests for Django, as far as MAX_BODY_BYTES.

Django's own handler would write whatever comes, of any size, to a temporary file before the first middleware sees the
request. Here a body is in memory before one of the few threads is taken: a slow sender keeps nobody waiting.
https://asgi.readthedocs.io/en/latest/specs/www.html#http
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings

Scope = dict[str, Any]
Event = Mapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTENT_LENGTH, TRANSFER_ENCODING = b"content-length", b"transfer-encoding"


class Bodies:
    """An ASGI application in front of another, which then finds each body complete, and its length in a header.

    What is too large is not read any further: BodyLimitMiddleware refuses it by its length, as under WSGI.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope["headers"])
        length, chunked = given.get(CONTENT_LENGTH, b""), TRANSFER_ENCODING in given
        body: bytes | None = b""
        if length and chunked:
            # A proxy may have seen other requests than we do (RFC 9112 §6.1): this is no number, so it will be refused.
            refused, length = True, b"and chunks"
        elif length.isdigit() and int(length) > settings.MAX_BODY_BYTES:
            refused = True
        elif (body := await read(receive)) is None:
            return  # the client has gone
        else:
            refused = len(body) > settings.MAX_BODY_BYTES
            length = b"%d" % len(body) if chunked else length
        pending: list[Event] = [{"type": "http.request", "body": b"" if refused else body, "more_body": False}]

        async def replay() -> Event:
            if pending:
                return pending.pop()
            if refused:
                await asyncio.Event().wait()  # until the answer is sent: nothing more is read
            return await receive()

        await self.application({**scope, "headers": headers(scope, length)}, replay, send)


def headers(scope: Scope, length: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers with this length, as if the body had not come in chunks."""
    kept = [(name, value) for name, value in scope["headers"] if name not in {CONTENT_LENGTH, TRANSFER_ENCODING}]
    return [*kept, (CONTENT_LENGTH, length)] if length else kept


async def read(receive: Receive) -> bytes | None:
    """Return the body, of a too large one a little more than the limit; None if the client has gone."""
    body = bytearray()
    while len(body) <= settings.MAX_BODY_BYTES:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        body += event.get("body", b"")
        if not event.get("more_body"):
            break
    return bytes(body)
