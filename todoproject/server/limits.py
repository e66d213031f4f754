"""The limits of a worker: queues, bytes, and how long a client may keep it waiting.

Without a bound, a queue under overload answers clients that have given up, and all work is wasted.
https://sre.google/sre-book/handling-overload/
"""

import ctypes
import socket
from collections.abc import Iterable
from contextlib import suppress

# Requests that may wait for each thread. A request of 5 ms behind 16 others waits 80 ms; on a quarter of a core, where
# one takes 20 ms, a third of a second.
WAITING_PER_THREAD = 16

# A request that has waited this long for a thread waits because of other clients. Each request waits for a moment.
FELT_SECONDS = 0.25

# The time to send a request from its first byte on, and to take some of an answer (docs/adr/0004).
SLOW_SECONDS = 10

# The time to take a whole answer that the loop sends: 1 MiB, the largest page, at 140 kbit/s.
READING_SECONDS = 60

# A stopping worker keeps a connection this long, for a request that is on its way.
STOPPING_SECONDS = 2

# An answer ends a connection that is older. A Kubernetes Service chooses a pod for each connection, so a client that
# keeps its connection follows a release within this time.
AGE_SECONDS = 30

# Of all incomplete requests together; beyond it the oldest is refused. A pod has 256 MiB and uses about 110.
COLLECTED_BYTES = 32 * 1024 * 1024

# Of all answers that the loop sends, 16 of the largest pages; beyond it the oldest is given up.
UNTAKEN_BYTES = 16 * 1024 * 1024

# A thread makes a stream while it sends it: at most this much ahead of the reader, who must take TAKEN_BYTES in each
# SLOW_SECONDS.
STREAMED_BYTES = 256 * 1024
TAKEN_BYTES = 64 * 1024

# A smaller file is sent as a whole, not as a stream. The largest, the script of the documentation, has 1.6 MB.
FILE_BYTES = 2 * 1024 * 1024

# Read at once from one client.
RECEIVED_BYTES = 64 * 1024

# gunicorn's `limit_request_line`, and a whole head: a URL, a browser's cookies and a token fit.
LINE_BYTES = 8190
HEAD_BYTES = 32 * 1024

# In a chunked body, besides the data: sizes, extensions, trailers.
CHUNK_OVERHEAD_BYTES = 8 * 1024

# The Content-Length that Django sees of a body that was too large to read: more than any body may have.
NO_BODY_BYTES = 2**31

# File descriptors for everything but clients: database connections, files, logs, pipes.
OTHER_DESCRIPTORS = 100


# glibc's mallopt(3): the number of heaps, and the size from which an allocation has its own mapping.
M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
LARGE_BYTES = 128 * 1024


def give_memory_back() -> None:
    """Let all threads share one heap, and give large blocks back to the kernel at once.

    Otherwise the heap of each thread keeps the memory of its largest page: 264 MiB instead of 208 where a pod has 256
    (tests/process/test_attacks.py). Other C libraries need no such setting.
    https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    with suppress(OSError, AttributeError, TypeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_ARENA_MAX, 1)
        libc.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


# Answers that the kernel buffers for one connection (it takes twice the number); its default is up to 4 MB.
KERNEL_BYTES = 64 * 1024


def bound_answers(listeners: Iterable[socket.socket]) -> None:
    """Let the kernel buffer little of an answer, and end a connection whose client takes nothing for SLOW_SECONDS.

    Connections inherit both options from their listener. A timeout in Python would cost each request several switches
    of threads. Only Linux has TCP_USER_TIMEOUT. https://man7.org/linux/man-pages/man7/tcp.7.html
    """
    for listener in listeners:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SLOW_SECONDS * 1000)
