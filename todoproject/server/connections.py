"""The connections that no thread has: each is in one place, with a deadline; what they hold in memory is counted."""

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

# As long as gunicorn gives a client to read an answer and close.
LINGER_SECONDS = 2.0

# A client sends its request right behind its connection.
SECONDS_TO_BEGIN = 1.0


class Connections:
    """Silent, kept after an answer, collecting a request, sending an answer, or ending; each in the order of deadlines.

    `receive` is called when a client has sent something, `send` when one that is being sent an answer takes more,
    `close` when a connection is given up.
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
        self.collected = 0  # bytes of all that are collecting
        self._untaken = 0  # bytes that were left when their connections came to `sending`

    def watch(self, conn: Any, place: Place, seconds: float) -> None:
        """Come back to a connection when its client has sent something; it has so many `seconds` in `place`."""
        self._leave(conn)
        if not conn.watched:
            self._poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))
            conn.watched = True
        with self._lock:
            conn.place, place[conn] = place, time.monotonic() + seconds
        if place is self.collecting:
            self.count(conn, len(conn.incoming.buffer))

    def hand_over(self, conn: Any) -> None:
        """Take a connection from its thread, with what its client has not taken of the answer yet."""
        self.unwatch(conn)
        self._poller.register(conn.sock, selectors.EVENT_WRITE, partial(self._send, conn))
        conn.watched = True
        conn.place, self.sending[conn] = self.sending, time.monotonic() + limits.READING_SECONDS
        conn.held = conn.outgoing.size + limits.KERNEL_BYTES
        self._untaken += conn.held
        while self._untaken > limits.UNTAKEN_BYTES:
            self.forget(next(iter(self.sending)))

    def count(self, conn: Any, more: int) -> None:
        """Count bytes of a request that is being collected."""
        conn.held += more
        self.collected += more

    # To tell the kernel of each request that a connection is not watched now, and is again, would cost more than the
    # few that send the next request, or leave, before they have their answer.
    def lend(self, conn: Any) -> None:
        """Let a thread have it."""
        self._leave(conn)

    def keep(self, conn: Any) -> bool:
        """Take it from its thread, in that thread; False where the loop has to see to it."""
        conn.incoming.begin_next()
        if conn.incoming.buffer:
            return False
        with self._lock:
            if not conn.watched or self._stopping:
                return False
            conn.place, self.kept[conn] = self.kept, time.monotonic() + self._keepalive
        return True

    def hush(self, conn: Any) -> bool:
        """Hear no more of a connection that a thread has, until that is done; False if it has just been kept."""
        with self._lock:
            if conn.place is not None:
                return False
            if conn.watched:
                self._poller.unregister(conn.sock)
                conn.watched = False
            return True

    def unwatch(self, conn: Any) -> None:
        """Hear no more of it."""
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
        """Close a connection without a word."""
        self.unwatch(conn)
        self._close(conn)

    def end(self, conn: Any) -> None:
        """End a connection: our side now, the client's when it has read our answer and closed, or after LINGER_SECONDS.

        Closed while something is unread, it would be reset, and the answer lost. gunicorn's `close_graceful` waits for
        the client in the one thread that accepts and beats. https://www.rfc-editor.org/rfc/rfc9112#section-9.6
        """
        conn.incoming.buffer.clear()
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:  # the client was faster
            self.forget(conn)
        else:
            self.watch(conn, self.ending, LINGER_SECONDS)

    def expire(self) -> list[Any]:
        """Close those whose time is over; return those that deserve a word, since they have begun a request."""
        now = time.monotonic()
        with self._lock:
            places = (self.silent, self.kept, self.sending, self.ending)
            late = [conn for place in places for conn, until in place.items() if until < now]
        for conn in late:
            self.forget(conn)
        return [conn for conn, until in self.collecting.items() if until < now]

    def hurry(self, seconds: float) -> None:
        """Give those that may bring another request no more than some seconds for it."""
        soon = time.monotonic() + seconds
        with self._lock:
            self._stopping = True
            for place in (self.silent, self.kept):
                place.update({conn: min(until, soon) for conn, until in place.items()})

    def make_room(self) -> None:
        """Close the connection that is missed least, when there are as many as there may be.

        One that is kept ends with an answer only: a load balancer may be sending its next request over it. Nor is one
        closed that has just come, whose request has not been read yet, while others have had their time.
        """
        had_time = time.monotonic() + self._keepalive - SECONDS_TO_BEGIN
        silent = [conn for conn, until in islice(self.silent.items(), 1) if until < had_time]
        slow = (*islice(self.collecting, 1), *islice(self.sending, 1))
        for conn in (*islice(self.ending, 1), *silent, *slow, *islice(self.silent, 1)):
            self.forget(conn)
            return
