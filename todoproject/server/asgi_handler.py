"""Django's ASGI handler for an application that is synchronous from the first middleware to the last view."""

from collections.abc import AsyncIterator, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from todoproject.server.request import ReadableContentType

# A part of a streamed answer: a change of threads costs about 0.1 ms, and a row of CSV has 100 bytes.
PORTION_BYTES = 64 * 1024


class LoopRequest(ReadableContentType, ASGIRequest):
    """A request as uvicorn's event loop gets it."""


class Handler(ASGIHandler):
    """Runs middleware and view in one go in the request's thread.

    Django would change between thread and event loop at every middleware that can do both, ten times a request.
    """

    request_class = LoopRequest

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  Django's signature
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Return the answer; the parts of a streamed one are made in the request's thread, too.

        A class that says itself how it is streamed asynchronously is left alone.
        """
        response: HttpResponseBase = await sync_to_async(self.get_response)(request)
        if isinstance(response, StreamingHttpResponse) and type(response).__aiter__ is StreamingHttpResponse.__aiter__:
            response.streaming_content = in_thread(cast("Iterator[bytes]", response.streaming_content))
        return response


async def in_thread(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what `parts` has; Django would collect all of it first."""
    while taken := await sync_to_async(portion)(parts):
        yield taken


def portion(parts: Iterator[bytes]) -> bytes:
    """Return the next PORTION_BYTES or a little more; b"" at the end."""
    taken = bytearray()
    for part in parts:
        taken += part
        if len(taken) >= PORTION_BYTES:
            break
    return bytes(taken)
