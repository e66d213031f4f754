"""How long a client may keep us waiting before we do without it (docs/adr/0004)."""

import socket
from collections.abc import Iterable

# To have sent its request once a thread is there for it; and to take some of an answer.
SECONDS = 10


def leave_who_does_not_read(listeners: Iterable[socket.socket]) -> None:
    """Have the kernel end a connection whose client has taken nothing of what is sent to it for SECONDS.

    Connections inherit this from where they were accepted. A timeout in Python would cost each request several
    changes of threads. Only Linux has it. https://man7.org/linux/man-pages/man7/tcp.7.html
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        for listener in listeners:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SECONDS * 1000)
