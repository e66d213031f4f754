"""The connections that no thread serves now. Each has a state and a deadline, and the bytes they hold are counted."""

import selectors
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

from todoproject.server import limits

Place = dict[Any, float]

# The time that gunicorn gives a client to read an answer and close.
LINGER_SECONDS = 2.0

# A client sends its request right after it connects.
SECONDS_TO_BEGIN = 1.0


class Connections:
    """A connection is silent, kept after an answer, collecting a request, sending an answer, or ending.

    Each state is a `Place`: its connections in the order of their deadlines. `receive` is called when a client has sent
    something, `send` when a client can take more of its answer, `close` when a connection is given up.
    """

    def __init__(
        self,
        poller: Any,
        receive: Callable[[Any, Any], None],
        send: Callable[[Any, Any], None],
        close: Callable[[Any], None],
        keepalive: float,
    ) -> None:
        self._poller, self._receive, self._send, self._close = poller, receive, send, close
        self._keepalive = keepalive
        self.silent, self.kept, self.collecting, self.sending, self.ending = (Place() for _ in range(5))
        self._lock = threading.Lock()  # threads put connections into `kept`
        self._stopping = False
        self.collected = 0  # bytes of all requests that are being collected
        self._untaken = 0  # bytes of all answers that are being sent, as they were at hand_over

    def watch(self, conn: Any, place: Place, seconds: float) -> None:
        """Put a connection into `place` for at most `seconds`, and call `receive` when its client sends something."""
        self._leave(conn)
        if not conn.watched:
            self._poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))
            conn.watched = True
        with self._lock:
            conn.place, place[conn] = place, time.monotonic() + seconds
        if place is self.collecting:
            self.count(conn, len(conn.incoming.buffer))

    def hand_over(self, conn: Any) -> None:
        """Take a connection from its thread, with the rest of its answer."""
        self.unwatch(conn)
        self._poller.register(conn.sock, selectors.EVENT_WRITE, partial(self._send, conn))
        conn.watched = True
        conn.place, self.sending[conn] = self.sending, time.monotonic() + limits.READING_SECONDS
        conn.held = conn.outgoing.size + limits.KERNEL_BYTES
        self._untaken += conn.held
        while self._untaken > limits.UNTAKEN_BYTES:
            self.forget(next(iter(self.sending)))

    def count(self, conn: Any, more: int) -> None:
        """Count `more` bytes of a request that is being collected."""
        conn.held += more
        self.collected += more

    # The kernel goes on watching a connection that a thread has. To stop and begin again would cost each request more
    # than the few clients do that send their next request, or leave, before they have their answer (`hush`).
    def lend(self, conn: Any) -> None:
        """Give a connection to a thread."""
        self._leave(conn)

    def keep(self, conn: Any) -> bool:
        """Keep a connection after its answer, called by its thread; return False if the loop must take it instead."""
        conn.incoming.begin_next()
        if conn.incoming.buffer:
            return False
        with self._lock:
            if not conn.watched or self._stopping:
                return False
            conn.place, self.kept[conn] = self.kept, time.monotonic() + self._keepalive
        return True

    def hush(self, conn: Any) -> bool:
        """Stop watching a connection until its thread is done; return False if it has just been kept."""
        with self._lock:
            if conn.place is not None:
                return False
            if conn.watched:
                self._poller.unregister(conn.sock)
                conn.watched = False
            return True

    def unwatch(self, conn: Any) -> None:
        """Stop watching a connection."""
        self._leave(conn)
        if conn.watched:
            self._poller.unregister(conn.sock)
            conn.watched = False

    def _leave(self, conn: Any) -> None:
        if conn.place is None:
            return
        del conn.place[conn]
        if conn.place is self.sending:
            self._untaken -= conn.held
        else:
            self.collected -= conn.held
        conn.place, conn.held = None, 0

    def forget(self, conn: Any) -> None:
        """Close a connection without an answer."""
        self.unwatch(conn)
        self._close(conn)

    def end(self, conn: Any) -> None:
        """Close our side now, and the connection when the client has closed too, or after LINGER_SECONDS.

        Closing it at once while bytes are unread would reset it, and the client would lose the answer
        (https://www.rfc-editor.org/rfc/rfc9112#section-9.6). gunicorn's `close_graceful` would block the loop.
        """
        conn.incoming.buffer.clear()
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:  # the client was faster
            self.forget(conn)
        else:
            self.watch(conn, self.ending, LINGER_SECONDS)

    def expire(self) -> list[Any]:
        """Close the connections whose time is over; return those that have begun a request, which need an answer."""
        now = time.monotonic()
        with self._lock:
            places = (self.silent, self.kept, self.sending, self.ending)
            late = [conn for place in places for conn, until in place.items() if until < now]
        for conn in late:
            self.forget(conn)
        return [conn for conn, until in self.collecting.items() if until < now]

    def hurry(self, seconds: float) -> None:
        """Give connections that may bring another request no more than `seconds` for it."""
        soon = time.monotonic() + seconds
        with self._lock:
            self._stopping = True
            for place in (self.silent, self.kept):
                place.update({conn: min(until, soon) for conn, until in place.items()})

    def make_room(self) -> None:
        """Close the connection that matters least, when the worker has as many as it may have.

        A kept connection is never closed here: a load balancer may be sending its next request over it. A connection
        that has just come, whose request has not been read, is closed only if there is no other.
        """
        had_time = time.monotonic() + self._keepalive - SECONDS_TO_BEGIN
        silent = [conn for conn, until in islice(self.silent.items(), 1) if until < had_time]
        slow = (*islice(self.collecting, 1), *islice(self.sending, 1))
        for conn in (*islice(self.ending, 1), *silent, *slow, *islice(self.silent, 1)):
            self.forget(conn)
            return
