"""gunicorn's threaded worker, which collects a request before a thread takes it, and stops accepting at SIGTERM.

All that is gunicorn's own and not documented is used here and nowhere else (tests/project/test_gunicorn_members.py).
"""

import errno
import os
import resource
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from types import FrameType
from typing import Any

from gunicorn.http import get_parser, wsgi
from gunicorn.workers.gthread import ThreadWorker

from todoproject.logs.context import begin_request
from todoproject.metrics import capacity
from todoproject.server import limits, shares

# A thirtieth of `timeout`, after which the arbiter would take the worker for hung.
NOTIFY_SECONDS = 1.0

# Of a thread whose request the loop has refused meanwhile.
DISPLACED = object()


class Answer(wsgi.Response):  # type: ignore[misc]  # gunicorn has no types
    """Sends its head with the first of its body, and waits for no reader (`outgoing`).

    It does not say what serves: no client needs it, and an attacker looks for it.
    """

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


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Its main thread, the loop, reads and never waits; a thread parses and answers what is in memory."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._notified = float("-inf")
        self.serving = threading.local()
        self.queue: dict[Any, float] = {}  # waits for a thread since then; who pops one, has it
        # Threads that wait for the readers of streams: the others serve.
        self.streams = threading.BoundedSemaphore(max(1, self.cfg.threads // 2))
        descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self.worker_connections: int = min(self.cfg.worker_connections, descriptors - limits.OTHER_DESCRIPTORS)

    def run(self) -> None:
        """Import what needs Django, which is loaded by now, and loop."""
        from todoproject.server import answers, loop  # noqa: PLC0415

        self.answers, self.loop = answers, loop.Loop(self)
        super().run()

    # ── Deadlines ────────────────────────────────────────────────────────────────────────────────────────────────────
    def notify(self) -> None:
        """Tell the arbiter that this worker lives, once a second, and end what has taken too long."""
        now = time.monotonic()
        if now - self._notified < NOTIFY_SECONDS:
            return
        self._notified = now
        super().notify()
        for conn in self.loop.waiting.expire():
            self.loop.refuse(conn, 408)

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  gunicorn's signature
        """Stop listening, not only accepting, once the worker stops.

        Otherwise the kernel goes on taking connections for it, which would hang until the last request has ended. A
        connection that may bring another request is kept a little, for one that is on its way.
        """
        super().set_accept_enabled(enabled)
        if not self.alive and not enabled:
            for listener in self.sockets:
                listener.close()
            self.loop.waiting.hurry(limits.STOPPING_SECONDS)

    # ── Connections ──────────────────────────────────────────────────────────────────────────────────────────────────
    def accept(self, listener: socket.socket) -> None:
        """Accept a connection; without a descriptor left for it, another one must go first."""
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno not in {errno.EMFILE, errno.ENFILE}:
                raise
            self.loop.waiting.make_room()

    def enqueue_req(self, conn: Any) -> None:
        """Take a new connection; where there are as many as may be, another one must go."""
        conn.initialized = True
        self.loop.begin(conn)
        if self.nr_conns >= self.worker_connections:
            self.loop.waiting.make_room()

    def close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def has_room(self, conn: Any) -> bool:
        """Whether this request may wait for a thread; a crowd of one caller leaves a place to another caller's."""
        most: int = self.cfg.threads * limits.WAITING_PER_THREAD
        if len(self.queue) < most:
            return True
        callers = [(waiting.incoming.caller(), waiting) for waiting in list(self.queue)]
        crowd, size = Counter(caller for caller, _ in callers).most_common(1)[0]
        if b"" in {crowd, conn.incoming.caller()} or crowd == conn.incoming.caller() or size <= most // 2:
            return False
        last = next(waiting for caller, waiting in reversed(callers) if caller == crowd)
        if self.queue.pop(last, None):  # else a thread has taken it, which leaves its place as well
            capacity.waiting.dec()
            self.loop.refuse(last, 429)
        return True

    def serve(self, conn: Any, request: bytes) -> None:
        """Hand a request to a thread."""
        self.loop.waiting.unwatch(conn)
        self.queue[conn] = time.monotonic()
        conn.parser = get_parser(self.cfg, [request], conn.client)
        capacity.waiting.inc()
        super().enqueue_req(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Take a connection back from its thread, which has sent what the socket took of the answer."""
        if not fs.cancelled() and not fs.exception() and fs.result() is DISPLACED:
            return
        with suppress(OSError):  # gunicorn closes it where an answer has broken off
            conn.sock.settimeout(0)
        conn.stays = not fs.cancelled() and not fs.exception() and fs.result()
        if conn.outgoing.size:
            self.loop.waiting.hand_over(conn)
        else:
            self.loop.go_on(conn)

    # ── The threads ──────────────────────────────────────────────────────────────────────────────────────────────────
    def handle(self, conn: Any) -> Any:
        """Parse and answer a request that is in memory; log lines after it belong to no request."""
        if not self.queue.pop(conn, None):
            return DISPLACED
        capacity.waiting.dec()
        self.serving.conn = conn
        shares.begin(self.others_wait)
        try:
            return super().handle(conn)
        finally:
            shares.end()
            begin_request("")

    def others_wait(self) -> bool:
        """Whether a request that is not from the caller of the one in this thread has waited for long."""
        caller, until = self.serving.conn.incoming.caller(), time.monotonic() - limits.FELT_SECONDS
        return any(since < until and conn.incoming.caller() != caller for conn, since in list(self.queue.items()))

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request; a client that does not take the answer counts as one that has gone, not as an error."""
        req._expected_100_continue = False  # noqa: SLF001  the loop has said it
        if conn.incoming.too_large:
            req.headers.append(("CONTENT-LENGTH", str(limits.NO_BODY_BYTES)))
        if conn.incoming.last or not self.loop.may_stay(conn):
            req.force_close()
        req.outgoing = conn.outgoing
        try:
            return super().handle_request(req, conn)
        except TimeoutError as error:
            conn.outgoing.drop()
            raise BrokenPipeError(errno.EPIPE, "The client does not read.") from error
        except BaseException:
            conn.outgoing.drop()
            raise

    def handle_error(self, _req: Any, _client: socket.socket, _address: Any, error: Exception) -> None:
        """Answer what the parser refuses, or an error that not even Django has caught."""
        status = self.answers.status_of(error)
        if status == 500:
            self.log.exception("Error handling request")  # noqa: LOG004  gunicorn calls this while it handles one
        conn = self.serving.conn
        conn.outgoing.sendall(self.answers.refusal(conn.incoming, status, reason=type(error).__name__))
        with suppress(OSError):
            conn.outgoing.send()

    def _keepalive_after(self, _conn: Any, keepalive: Any) -> bool:
        """Keep a connection whatever its request has left unread: all of it is in memory, and is thrown away."""
        return bool(keepalive)

    def handle_quit(self, _number: int, _frame: FrameType | None) -> None:
        """Stop at once on SIGINT or SIGQUIT; Python would wait for the requests in its threads first."""
        os._exit(0)
