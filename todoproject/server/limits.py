"""Limits what a worker takes from its clients, and how long a client may keep it waiting.

An endless queue answers when the client has long gone, and so does everything behind it: under overload all work would
be for nobody. https://sre.google/sre-book/handling-overload/
"""

import socket
from collections.abc import Iterable

# A request of 5 ms behind 16 others of its thread waits 80 ms; on a quarter of a core, where it takes 20 ms, a third
# of a second.
WAITING_PER_THREAD = 16

# A client has these to send its request from the first byte on, and to take some of an answer (docs/adr/0004).
SLOW_SECONDS = 10

# The answer to a request after these ends its connection: behind a Service, which chooses a pod once a connection, a
# client that keeps its own follows a release within them.
AGE_SECONDS = 30

# Of all requests that are not whole yet; the oldest is refused beyond it. A pod has 256 MiB, and uses about 110.
COLLECTED_BYTES = 32 * 1024 * 1024

# As much as is read at once: one client's share of the loop.
RECEIVED_BYTES = 64 * 1024

# gunicorn's `limit_request_line`, and all of a head: a URL, a browser's cookies and a token fit.
LINE_BYTES = 8190
HEAD_BYTES = 32 * 1024

# Bytes that chunks may have besides their data: sizes, extensions, trailers.
CHUNK_OVERHEAD_BYTES = 8 * 1024

# Said in place of a Content-Length that is too large or, in chunks, not known: more than any body may have.
NO_BODY_BYTES = 2**31

# Connections must leave these to everything else: database connections, files, sockets of logs, pipes.
OTHER_DESCRIPTORS = 100


def end_connections_that_do_not_read(listeners: Iterable[socket.socket]) -> None:
    """Have the kernel end a connection whose client has taken nothing of an answer for SLOW_SECONDS.

    Connections inherit this from where they were accepted. A timeout in Python would cost each request several
    changes of threads. Only Linux has it. https://man7.org/linux/man-pages/man7/tcp.7.html
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        for listener in listeners:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SLOW_SECONDS * 1000)
