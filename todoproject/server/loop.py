"""The worker's main thread: reads and sends for all connections, and never waits for a client."""

import socket
import time
from contextlib import suppress
from typing import Any

from todoproject.http.body_limit import limit_of
from todoproject.server import answers, limits
from todoproject.server.connections import Connections
from todoproject.server.incoming import HeadTooLargeError, Incoming
from todoproject.server.outgoing import Outgoing


class Loop:
    """Answers health checks and refusals itself, and hands whole requests to the threads of `worker`."""

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        self._most_kept = worker.worker_connections * 3 // 4
        self.waiting = Connections(worker.poller, self.receive, self.send, worker.close, worker.cfg.keepalive)

    def begin(self, conn: Any) -> None:
        """Take a new connection. It needs no thread until its client has sent a request."""
        conn.place, conn.held, conn.watched, conn.since = None, 0, False, time.monotonic()
        conn.incoming, conn.outgoing = Incoming(limit_of), Outgoing(conn.sock, self._worker.streams)
        self.waiting.watch(conn, self.waiting.silent, self._worker.cfg.keepalive)

    def receive(self, conn: Any, _sock: socket.socket) -> None:
        """Read what a client has sent."""
        if conn.place is None and self.waiting.hush(conn):
            return  # it was closed since this event, or a thread has it
        if conn.place is self.waiting.sending:
            return  # its answer comes first; the event comes again
        try:
            data = conn.sock.recv(limits.RECEIVED_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
            conn.incoming.buffer.clear()
        if conn.place is self.waiting.ending and data:
            return
        if not data:
            if conn.incoming.buffer:
                self.refuse(conn, 400)  # half a request; the client may still read
            else:
                self.waiting.forget(conn)
            return
        conn.incoming.buffer += data
        if conn.place is self.waiting.collecting:
            self.waiting.count(conn, len(data))
        self.proceed(conn)

    def proceed(self, conn: Any) -> None:
        """Answer complete requests or hand them to threads; wait for the rest of an incomplete one."""
        incoming = conn.incoming
        try:
            while (request := incoming.request()) is not None:
                health = not incoming.last and answers.HEALTH.fullmatch(request)
                if not health and self._worker.has_room(conn):
                    self._worker.serve(conn, request)
                    return
                keep = self._worker.alive and not incoming.last and self.may_stay(conn) and not incoming.wants_close()
                if health:
                    answer = answers.health_check(incoming, health, keep=keep)
                else:
                    answer = answers.refusal(incoming, 503, keep=keep)
                incoming.begin_next()
                if not (self.say(conn, answer) and keep):
                    self.waiting.end(conn)
                    return
        except HeadTooLargeError:
            self.refuse(conn, 431 if b"\r\n" in incoming.buffer[: limits.LINE_BYTES] else 414)
            return
        if not incoming.buffer:
            self.waiting.watch(
                conn, self.waiting.kept, self._worker.cfg.keepalive if self._worker.alive else limits.STOPPING_SECONDS
            )
            return
        if conn.place is not self.waiting.collecting:
            self.waiting.watch(conn, self.waiting.collecting, limits.SLOW_SECONDS)
        if incoming.expects:
            incoming.expects = False
            self.say(conn, b"HTTP/1.1 100 Continue\r\n\r\n")
        while self.waiting.collected > limits.COLLECTED_BYTES:
            self.refuse(next(iter(self.waiting.collecting)), 408)

    def may_stay(self, conn: Any) -> bool:
        """Say whether a connection is kept after its answer: it is young, and few others are kept."""
        room: bool = len(self.waiting.kept) < self._most_kept
        return room and time.monotonic() - conn.since < limits.AGE_SECONDS

    def say(self, conn: Any, answer: bytes) -> bool:
        """Send a short answer; return False if the client does not take it at once."""
        with suppress(OSError):
            sent: int = conn.sock.send(answer)
            return sent == len(answer)
        return False

    def refuse(self, conn: Any, status: int) -> None:
        self.say(conn, answers.refusal(conn.incoming, status))
        self.waiting.end(conn)

    def send(self, conn: Any, _sock: socket.socket) -> None:
        """Send more of an answer that its thread has handed over."""
        if conn.place is not self.waiting.sending:
            return  # it was closed since this event
        try:
            everything = conn.outgoing.send()
        except OSError:
            self.waiting.forget(conn)
            return
        if everything:
            self.waiting.unwatch(conn)
            self.go_on(conn)

    def take_back(self, conn: Any) -> None:
        """Take a connection from its thread, which has sent what the socket took of the answer."""
        try:
            everything = conn.outgoing.send()
        except OSError:
            conn.outgoing.drop()
            conn.stays = everything = False
        if everything or not conn.outgoing.size:
            self.go_on(conn)
        else:
            self.waiting.hand_over(conn)

    def go_on(self, conn: Any) -> None:
        """End a connection whose answer has been sent, or look at its next request."""
        if conn.stays:
            conn.incoming.begin_next()
            self.proceed(conn)
        else:
            self.waiting.end(conn)
