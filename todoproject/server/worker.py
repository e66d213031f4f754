"""A gthread worker that reads a whole request before a thread serves it, and stops accepting at SIGTERM.

gunicorn's undocumented members are used here and nowhere else (tests/project/test_handler.py).
"""

import errno
import os
import resource
import socket
import threading
import time
from collections import Counter
from functools import partial
from types import FrameType
from typing import Any

from gunicorn.http import get_parser, wsgi
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import ThreadWorker

from todoproject.logs.context import begin_request
from todoproject.metrics import capacity
from todoproject.server import limits, shares
from todoproject.server.threads import Threads

# A thirtieth of `timeout`, after which the arbiter would take the worker for hung.
NOTIFY_SECONDS = 1.0


class Answer(wsgi.Response):  # type: ignore[misc]  # gunicorn has no types
    """Writes to `outgoing`, so that no thread waits for a reader; has no ``Server`` header, which helps attackers."""

    def __init__(self, req: Any, _sock: socket.socket, cfg: Any) -> None:
        super().__init__(req, req.outgoing, cfg)

    def write(self, arg: bytes) -> None:
        super().write(arg)
        self.sock.send()

    def close(self) -> None:
        super().close()
        self.sock.send()

    def default_headers(self) -> list[str]:
        return [line for line in super().default_headers() if not line.startswith("Server:")]


wsgi.Response = Answer


def write(response: Answer, result: Any, files: type) -> None:
    """Send the result of a WSGI application."""
    try:
        if isinstance(result, files):
            response.write_file(result)
        else:
            for piece in result:
                response.write(piece)
        response.close()
    finally:
        if hasattr(result, "close"):
            result.close()


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Its main thread runs the loop; the other threads parse and answer requests that are in memory."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._notified = float("-inf")
        # Connections that wait for a thread, and since when. The thread that pops one serves it.
        self.queue: dict[Any, float] = {}
        # At most half of the threads wait for readers of streams.
        self.streams = threading.BoundedSemaphore(max(1, self.cfg.threads // 2))
        descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self.worker_connections: int = min(self.cfg.worker_connections, descriptors - limits.OTHER_DESCRIPTORS)

    def run(self) -> None:
        """Import modules that need Django, which is loaded by now, and run the loop."""
        from todoproject.server import answers, loop  # noqa: PLC0415

        self.answers, self.loop = answers, loop.Loop(self)
        super().run()

    # ── Deadlines ────────────────────────────────────────────────────────────────────────────────────────────────────
    def notify(self) -> None:
        """Once a second, tell the arbiter that this worker lives, and end connections whose time is over."""
        now = time.monotonic()
        if now - self._notified < NOTIFY_SECONDS:
            return
        self._notified = now
        super().notify()
        for conn in self.loop.waiting.expire():
            self.loop.refuse(conn, 408)

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  gunicorn's signature
        """Close the listeners when the worker stops.

        gunicorn only stops accepting: the kernel would go on taking connections, which would hang until the last
        request has ended. Connections that may bring another request are kept for STOPPING_SECONDS.
        """
        super().set_accept_enabled(enabled)
        if not self.alive and not enabled:
            for listener in self.sockets:
                listener.close()
            self.loop.waiting.hurry(limits.STOPPING_SECONDS)

    # ── Connections ──────────────────────────────────────────────────────────────────────────────────────────────────
    def accept(self, listener: socket.socket) -> None:
        """Accept a connection; close another one if no file descriptor is left."""
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno not in {errno.EMFILE, errno.ENFILE}:
                raise
            self.loop.waiting.make_room()

    def enqueue_req(self, conn: Any) -> None:
        """Take a new connection; close another one if there are worker_connections."""
        conn.initialized = True
        self.loop.begin(conn)
        if self.nr_conns >= self.worker_connections:
            self.loop.waiting.make_room()

    def close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def has_room(self, conn: Any) -> bool:
        """Say whether a request may wait for a thread.

        If one caller has more than half of a full queue, their last request is refused and its place is free.
        """
        most: int = self.cfg.threads * limits.WAITING_PER_THREAD
        if len(self.queue) < most:
            return True
        callers = [(waiting.incoming.caller(), waiting) for waiting in list(self.queue)]
        crowd, size = Counter(caller for caller, _ in callers).most_common(1)[0]
        if b"" in {crowd, conn.incoming.caller()} or crowd == conn.incoming.caller() or size <= most // 2:
            return False
        last = next(waiting for caller, waiting in reversed(callers) if caller == crowd)
        if self.queue.pop(last, None):  # else a thread has just taken it, and its place is free too
            capacity.waiting.dec()
            self.loop.refuse(last, 429)
        return True

    def serve(self, conn: Any, request: bytes) -> None:
        """Hand a request to a thread."""
        self.loop.waiting.lend(conn)
        self.queue[conn], conn.request = time.monotonic(), request
        capacity.waiting.inc()
        self.tpool.submit(conn)

    # ── The threads ──────────────────────────────────────────────────────────────────────────────────────────────────
    def get_thread_pool(self) -> Threads:
        return Threads(self.cfg.threads, self.handle)

    def handle(self, conn: Any) -> None:
        """Answer a request that is in memory, unless the loop has refused it in the meantime."""
        if not self.queue.pop(conn, None):
            return
        capacity.waiting.dec()
        shares.begin(partial(self.others_wait, conn))
        try:
            conn.stays = self.answer(conn)
        finally:
            shares.end()
            begin_request("")
        if not (conn.stays and not conn.outgoing.size and self.loop.waiting.keep(conn)):
            self.method_queue.defer(self.loop.take_back, conn)

    def others_wait(self, served: Any) -> bool:
        """Say whether a request of another caller than that of `served` has waited for FELT_SECONDS."""
        caller, until = served.incoming.caller(), time.monotonic() - limits.FELT_SECONDS
        return any(since < until and conn.incoming.caller() != caller for conn, since in list(self.queue.items()))

    def answer(self, conn: Any) -> bool:
        """Send the application's answer, or a refusal; return whether the connection stays open."""
        response = None
        try:
            whole, conn.request = conn.request, b""
            request = next(get_parser(self.cfg, [whole], conn.client))
            request._expected_100_continue = False  # noqa: SLF001  the loop has said it
            if conn.incoming.too_large:
                request.headers.append(("CONTENT-LENGTH", str(limits.NO_BODY_BYTES)))
            request.outgoing = conn.outgoing
            response, environ = wsgi.create(request, conn.sock, conn.client, conn.server, self.cfg)
            if conn.incoming.last or not self.alive or not self.loop.may_stay(conn):
                response.force_close()
            environ["wsgi.multithread"] = True
            write(response, self.wsgi(environ, response.start_response), environ["wsgi.file_wrapper"])
            return not response.should_close()
        except (ConnectionError, TimeoutError, NoMoreData):  # the client is gone, or does not read
            conn.outgoing.drop()
        except BaseException as error:  # the thread must go on
            conn.outgoing.drop()
            status = self.answers.status_of(error)
            if status == 500:
                self.log.exception("Error handling request")
            if response is None or not response.headers_sent:
                conn.outgoing.sendall(self.answers.refusal(conn.incoming, status, reason=type(error).__name__))
        return False

    def handle_quit(self, _number: int, _frame: FrameType | None) -> None:
        """Stop at once on SIGINT or SIGQUIT; Python would wait for its threads first."""
        os._exit(0)
