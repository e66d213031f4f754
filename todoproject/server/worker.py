"""gunicorn's threaded worker, which stops accepting at SIGTERM, finishes its requests and bounds every wait."""

import errno
import os
import selectors
import socket
import time
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from todoproject.metrics import capacity
from todoproject.server import limits

# A thirtieth of `timeout`, after which the arbiter would take the worker for hung.
NOTIFY_SECONDS = 1.0

# As long as gunicorn gives a client to read an answer and close.
LINGER_SECONDS = 2.0


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Refuses new connections while it finishes its requests, and does not wait for them when told to quit.

    It tells how many connections wait for one of its threads, and refuses more than they can serve in time.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._notified = float("-inf")
        self.taken: dict[Any, float] = {}  # connections that have a thread, and since when
        self.ending: dict[Any, float] = {}  # connections that are being closed, and until when

    def notify(self) -> None:
        """Tell the arbiter that this worker lives, once a second: gunicorn does at each of two steps of a request.

        Clients that take too long are seen to then.
        """
        now = time.monotonic()
        if now - self._notified >= NOTIFY_SECONDS:
            self._notified = now
            super().notify()
            for conn in [conn for conn, until in self.ending.items() if until < now]:
                self.leave(conn)
            for conn in [conn for conn, since in self.taken.copy().items() if since < now - limits.SLOW_SECONDS]:
                self.stop_reading(conn)

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection to the threads, or refuse its request when too many wait for them already.

        A new one waits without a thread until its client says something; gunicorn's would hold one for 5 s.
        https://github.com/benoitc/gunicorn/pull/3519
        """
        if not (conn.initialized or conn.data_ready):
            self.watch(conn, self.pending_conns, self.on_pending_socket_readable)
            return
        most_waiting = self.cfg.threads * limits.WAITING_PER_THREAD
        if self.tpool._work_queue.qsize() >= most_waiting and self.refuse(conn):  # noqa: SLF001  nothing public tells
            return
        capacity.waiting.inc()
        super().enqueue_req(conn)

    def refuse(self, conn: Any) -> bool:
        """Answer 503 from the main thread, which never waits; False if the request must be served all the same."""
        if conn.parser and conn.parser.unreader.buf.getvalue():
            return False  # it came behind the last one's body and has been read from the socket already
        conn.sock.settimeout(0)
        try:
            request = conn.sock.recv(limits.REQUEST_BYTES, socket.MSG_PEEK)
            if limits.HEALTH.match(request):
                return False
            conn.sock.recv(limits.REQUEST_BYTES)
            keep = self.alive and limits.can_be_kept(request)
            if request:
                count_refusal()
                conn.sock.send(limits.refusal(keep=keep))
        except OSError:
            self.drop(conn)
        else:
            if keep:
                self.watch(conn, self.keepalived_conns, self.on_client_socket_readable)
            else:
                self.drop(conn)
        return True

    def watch(self, conn: Any, connections: Any, on_readable: Any) -> None:
        """Come back to a connection when its client has sent something; gunicorn's own way, from `finish_request`."""
        conn.set_timeout()
        connections.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(on_readable, conn))

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Keep a connection as gunicorn does, or end it without waiting.

        gunicorn's `close_graceful` waits up to 2 s for the client, in the one thread that accepts, refuses and beats:
        thirty clients that stay would have the worker killed.
        """
        if fs.cancelled() or fs.exception() or not fs.result():
            self.drop(conn)
        else:
            super().finish_request(conn, fs)

    def drop(self, conn: Any) -> None:
        """End a connection: our side now, the client's when it has read our answer and closed, or after LINGER_SECONDS.

        Closed while something is unread, it would be reset, and the answer lost.
        https://www.rfc-editor.org/rfc/rfc9112#section-9.6
        """
        try:
            conn.sock.settimeout(0)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:  # the client was faster
            self.forget(conn)
        else:
            self.ending[conn] = time.monotonic() + LINGER_SECONDS
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.read_out, conn))

    def read_out(self, conn: Any, _sock: socket.socket) -> None:
        """Throw away what a client still sends over a connection that ends."""
        try:
            ended = not conn.sock.recv(limits.REQUEST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            ended = True
        if ended:
            self.leave(conn)

    def leave(self, conn: Any) -> None:
        del self.ending[conn]
        self.poller.unregister(conn.sock)
        self.forget(conn)

    def forget(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def handle(self, conn: Any) -> Any:
        """Serve a request; runs in the thread that has become free.

        gunicorn's would wait for ever: https://github.com/benoitc/gunicorn/issues/2652
        """
        capacity.waiting.dec()
        self.taken[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            del self.taken[conn]

    def stop_reading(self, conn: Any) -> None:
        """Let what a thread still waits for from its client be the end of it; an answer goes on being sent."""
        with suppress(OSError):
            conn.sock.shutdown(socket.SHUT_RD)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request; a client that does not take the answer counts as one that has gone, not as an error."""
        try:
            return super().handle_request(req, conn)
        except TimeoutError as error:
            raise BrokenPipeError(errno.EPIPE, "The client does not read.") from error

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  gunicorn's signature
        """Stop listening, not only accepting, once the worker stops.

        Otherwise the kernel goes on taking connections for it, which would hang until the last request has ended. Nor
        does the worker wait for who has said nothing yet any longer than for who had been answered.
        """
        super().set_accept_enabled(enabled)
        if not self.alive and not enabled:
            for listener in self.sockets:
                listener.close()
            for conn in self.pending_conns:
                conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)

    def handle_quit(self, _number: int, _frame: FrameType | None) -> None:
        """Stop at once on SIGINT or SIGQUIT; Python would wait for the requests in its threads first."""
        os._exit(0)


def count_refusal() -> None:
    """Count a failed request: its route is not known, and it must be missing in no ratio."""
    from todoproject.metrics.middleware import requests  # noqa: PLC0415  needs Django, which is loaded after this module

    requests.labels("refused", "OTHER", 503, "users").inc()
