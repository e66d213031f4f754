"""What a worker says to whom it cannot serve within a client's patience, without reading what was asked.

Whoever waits in an endless queue is answered when he has long gone, and so is everybody behind him: under overload all
work is done for nobody. https://sre.google/sre-book/handling-overload/
"""

import re

import orjson

from todoproject.http.problems import CONTENT_TYPE, PROBLEM_TYPES

# A request of 5 ms behind 16 others of its thread waits 80 ms; on a quarter of a core, where it takes 20 ms, a third
# of a second.
WAITING_PER_THREAD = 16

RETRY_AFTER_SECONDS = 1

# Served in their turn: a pod that is only busy must neither be restarted nor leave the load balancer.
HEALTH = re.compile(rb"(?:GET|HEAD) /(?:healthz|readyz)/?[ ?]")

CLOSE = re.compile(rb"\r\nconnection:[^\r]*close")

# As much of a request as arrives at once. What is longer is thrown away, and its connection ends.
REQUEST_BYTES = 64 * 1024


def refusal(*, keep: bool) -> bytes:
    """Return a whole 503; `keep` says that the connection can be used again."""
    problem = PROBLEM_TYPES["unavailable"]
    body = orjson.dumps(
        {
            "type": f"/docs/errors/{problem.slug}",
            "title": problem.title,
            "status": problem.status,
            "detail": "The service has more requests than it can serve. Nothing was done: send this one again.",
        }
    )
    head = (
        f"HTTP/1.1 503 Service Unavailable\r\n"
        f"Content-Type: {CONTENT_TYPE}\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"Retry-After: {RETRY_AFTER_SECONDS}\r\n"
        f"Cache-Control: no-store\r\n"
        f"Connection: {'keep-alive' if keep else 'close'}\r\n\r\n"
    )
    return head.encode() + body


def can_be_kept(request: bytes) -> bool:
    """Say whether the connection can be used again: its client wants it, and nothing of this request can follow.

    That is a GET of HTTP/1.1 whose headers have ended, and that announces no body.
    """
    head = request.lower()
    return (
        head.startswith(b"get ")
        and head.partition(b"\r\n")[0].endswith(b" http/1.1")
        and not CLOSE.search(head)
        and head.count(b"\r\n\r\n") == 1
        and head.endswith(b"\r\n\r\n")
        and b"\r\ncontent-length:" not in head
        and b"\r\ntransfer-encoding:" not in head
    )
