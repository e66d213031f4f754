"""One HTTP request, and what came of it."""

from collections.abc import Callable
from typing import NamedTuple

TIMEOUT_SECONDS = 5


class Response(NamedTuple):
    """`status` is 0 when no answer came; the body then says why. `reached`: somebody took the request."""

    status: int
    body: str = ""
    reached: bool = True


Send = Callable[[str, str, dict[str, str], str], Response]


def send(method: str, url: str, headers: dict[str, str], body: str) -> Response:
    """Send one request and wait five seconds at most."""
    from urllib.error import URLError  # noqa: PLC0415  a flip back does not wait for it
    from urllib.request import Request, urlopen  # noqa: PLC0415  as above

    request = Request(url, body.encode() or None, headers, method=method)  # noqa: S310  the caller's address
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310  as above
            return Response(response.status, str(response.read(), "utf-8"))
    except OSError as error:
        # A URLError is what went wrong before the request was sent, or, with a status, an answer that is an error.
        status = getattr(error, "code", 0)
        return Response(status, str(error), reached=bool(status) or not isinstance(error, URLError))
