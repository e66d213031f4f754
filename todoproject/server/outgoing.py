"""Sends answers without waiting for their readers: the loop sends what the socket does not take at once.

A thread waits only for the reader of a stream, which is made while it is sent and does not fit into memory.
"""

import errno
import select
import socket
import threading
import time
from typing import BinaryIO

from todoproject.server import limits


class Outgoing:
    """The unsent answers of one connection; gunicorn writes to it as to a socket."""

    def __init__(self, sock: socket.socket, streams: threading.Semaphore) -> None:
        self._sock, self._streams = sock, streams
        self._parts: list[bytes | memoryview] = []
        #: Bytes that are not sent yet.
        self.size = 0

    def sendall(self, data: bytes) -> None:
        """Keep `data` for `send`; wait for the reader first if more than STREAMED_BYTES are kept already."""
        if self.size > limits.STREAMED_BYTES:
            self._wait()
        if data:
            self._parts.append(data)
            self.size += len(data)

    def sendfile(self, file: BinaryIO, offset: int, count: int) -> None:
        """Keep `count` bytes of a file."""
        file.seek(offset)
        while data := file.read(min(count, limits.FILE_BYTES)):
            self.sendall(data)
            count -= len(data)

    def send(self) -> bool:
        """Send what the socket takes at once; return whether that was all."""
        while self.size:
            try:
                sent = self._sock.sendmsg(self._parts[:64], (), socket.MSG_DONTWAIT)
            except BlockingIOError:
                return False
            self.size -= sent
            whole = 0
            while whole < len(self._parts) and sent >= len(self._parts[whole]):
                sent -= len(self._parts[whole])
                whole += 1
            del self._parts[:whole]
            if sent:
                self._parts[0] = memoryview(self._parts[0])[sent:]
        return True

    def drop(self) -> None:
        """Drop the rest of an answer."""
        self._parts.clear()
        self.size = 0

    def _wait(self) -> None:
        if not self._streams.acquire(blocking=False):
            raise BrokenPipeError(errno.EPIPE, "Too many clients read streams slowly.")
        try:
            writable = select.poll()
            writable.register(self._sock, select.POLLOUT)
            while self.size > limits.STREAMED_BYTES:
                until, goal = time.monotonic() + limits.SLOW_SECONDS, self.size - limits.TAKEN_BYTES
                while self.size > goal:
                    if not writable.poll(max(0, until - time.monotonic()) * 1000):
                        raise BrokenPipeError(errno.EPIPE, "The client reads a stream too slowly.")
                    self.send()
        finally:
            self._streams.release()
