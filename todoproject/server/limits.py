"""Limits what a worker takes from its clients, and how long a client may keep it waiting.

An endless queue answers when the client has long gone, and so does everything behind it: under overload all work would
be for nobody. https://sre.google/sre-book/handling-overload/
"""

import ctypes
import socket
from collections.abc import Iterable
from contextlib import suppress

# A request of 5 ms behind 16 others of its thread waits 80 ms; on a quarter of a core, where it takes 20 ms, a third
# of a second.
WAITING_PER_THREAD = 16

# A request that has waited this long for a thread waits because of others. Every request waits for a moment.
FELT_SECONDS = 0.25

# A client has these to send its request from the first byte on, and to take some of an answer (docs/adr/0004).
SLOW_SECONDS = 10

# And these to take all of an answer that the loop sends: 1 MiB, the largest page, at 140 kbit/s.
READING_SECONDS = 60

# A stopping worker keeps a connection so long for a request that is on its way.
STOPPING_SECONDS = 2

# The answer to a request after these ends its connection: behind a Service, which chooses a pod once a connection, a
# client that keeps its own follows a release within them.
AGE_SECONDS = 30

# Of all requests that are not whole yet; the oldest is refused beyond it. A pod has 256 MiB, and uses about 110.
COLLECTED_BYTES = 32 * 1024 * 1024

# Of all answers that the loop sends; the oldest is given up beyond it. 16 of the largest pages.
UNTAKEN_BYTES = 16 * 1024 * 1024

# A stream is made while it is sent: a thread makes so much ahead of its reader, who must take so much in SLOW_SECONDS.
STREAMED_BYTES = 256 * 1024
TAKEN_BYTES = 64 * 1024

# A file is no stream up to here: the largest one, the script of the documentation, has 1.6 MB.
FILE_BYTES = 2 * 1024 * 1024

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


# glibc's mallopt(3): the number of heaps, and what is larger than that is no part of them.
M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
LARGE_BYTES = 128 * 1024


def give_memory_back() -> None:
    """Have all threads share one heap, and give what is large back to the kernel at once.

    Otherwise each thread's heap keeps what its largest pages have taken: 264 MiB instead of 208 where a pod has 256
    (tests/process/test_attacks.py). Other C libraries do so by themselves.
    https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    with suppress(OSError, AttributeError, TypeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_ARENA_MAX, 1)
        libc.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


# What the kernel keeps of answers for one connection (it takes twice the number); by itself it would take up to 4 MB.
KERNEL_BYTES = 64 * 1024


def bound_answers(listeners: Iterable[socket.socket]) -> None:
    """Have the kernel keep little of an answer, and end a connection whose client takes none of it for SLOW_SECONDS.

    Connections inherit this from where they were accepted. A timeout in Python would cost each request several
    changes of threads. Only Linux has it. https://man7.org/linux/man-pages/man7/tcp.7.html
    """
    for listener in listeners:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SLOW_SECONDS * 1000)
