"""What a worker says to requests that it cannot serve in time, and how long a client may keep a thread waiting.

An endless queue answers when the client has long gone, and so does everything behind it: under overload all work would
be for nobody. https://sre.google/sre-book/handling-overload/
"""

import re
import socket
from collections.abc import Iterable

from todoproject.http.problems import CONTENT_TYPE, problem_document

# A request of 5 ms behind 16 others of its thread waits 80 ms; on a quarter of a core, where it takes 20 ms, a third
# of a second.
WAITING_PER_THREAD = 16

RETRY_AFTER_SECONDS = 1

# A client has these to send its request once a thread has taken it, and to take some of an answer (docs/adr/0004).
SLOW_SECONDS = 10

# Served in their turn: a pod that is only busy must neither be restarted nor leave the load balancer.
HEALTH = re.compile(rb"(?:GET|HEAD) /(?:healthz|readyz)/?[ ?]")

CLOSE = re.compile(rb"\r\nconnection:[^\r]*close")

# As much of a request as arrives at once. A longer one is thrown away, and its connection ends.
REQUEST_BYTES = 64 * 1024


def refusal(*, keep: bool) -> bytes:
    """Return a whole 503; `keep` says that the connection can be used again."""
    detail = "The service has more requests than it can serve. Nothing was done: send this one again."
    body = problem_document("unavailable", detail)
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


def end_connections_that_do_not_read(listeners: Iterable[socket.socket]) -> None:
    """Have the kernel end a connection whose client has taken nothing of an answer for SLOW_SECONDS.

    Connections inherit this from where they were accepted. A timeout in Python would cost each request several
    changes of threads. Only Linux has it. https://man7.org/linux/man-pages/man7/tcp.7.html
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        for listener in listeners:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SLOW_SECONDS * 1000)
