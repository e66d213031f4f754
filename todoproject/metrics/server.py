"""The pod's metrics server: threads in gunicorn's master, which answer while every worker is busy."""

import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from todoproject.metrics import exposition

logger = logging.getLogger("todoproject.metrics")

# A scrape comes every 15 to 60 s. Beyond this number connections are closed unread: the master must not be filled.
MOST_CONNECTIONS = 8
SECONDS_TO_SEND_A_REQUEST = 5


def start(address: str, port: int, *, build: Mapping[str, str], workers: Callable[[], Iterable[int]]) -> None:
    """Listen, and answer from now on; a port that cannot be had is a SystemExit with the sentence.

    `workers` returns the pids of the workers that live, whose CPU time counts.
    """
    try:
        server = MetricsServer(address.strip("[]"), port, exposition.Exposition(build, workers))
    except OSError as error:
        raise SystemExit(
            f"The metrics server cannot listen at {address}:{port} ({error.strerror}): stop what listens there, choose "
            "another METRICS_PORT, or switch it off by METRICS_PORT=0."
        ) from error
    os.register_at_fork(
        before=exposition.lock.acquire, after_in_parent=exposition.lock.release, after_in_child=server.forget
    )
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


class MetricsServer(ThreadingMixIn, TCPServer):
    """Serves each connection in a thread of its own, so that a slow reader keeps nobody waiting."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: str, port: int, metrics: exposition.Exposition) -> None:
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.metrics = metrics
        self.places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self.since: dict[socket.socket, float] = {}
        super().__init__((address, port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self.places.acquire(blocking=False):
            self.since[request] = time.monotonic()
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            del self.since[request]
            self.places.release()

    def service_actions(self) -> None:
        """End the reading of requests that take too long; socketserver calls this twice a second.

        The timeout of a socket begins anew with each byte: eight who send one now and then would stop all scrapes.
        """
        too_early = time.monotonic() - SECONDS_TO_SEND_A_REQUEST
        for connection in [connection for connection, since in self.since.copy().items() if since < too_early]:
            with suppress(OSError):  # it has ended in the meantime
                connection.shutdown(socket.SHUT_RD)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  socketserver's signature
        """Log what failed, but not a scraper that went away."""
        if not isinstance(sys.exception(), OSError):
            with exposition.lock:  # no worker may be forked while this thread holds a lock of the log's stream
                logger.exception("Metrics could not be served")  # noqa: LOG004  socketserver is handling one

    def forget(self) -> None:
        """Close what a forked process inherits, so that the port is free once the master has ended."""
        exposition.lock.release()
        self.socket.close()


class Handler(BaseHTTPRequestHandler):
    """Knows GET /metrics."""

    server: MetricsServer
    timeout = SECONDS_TO_SEND_A_REQUEST
    server_version = "metrics"
    sys_version = ""

    def do_GET(self) -> None:
        if self.path.partition("?")[0] == "/metrics":
            self.answer(200, self.server.metrics.text(), CONTENT_TYPE_PLAIN_0_0_4)
        else:
            self.send_error(404)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer without repeating anything of the request."""
        self.answer(code, b"Only GET /metrics is served here.\n", "text/plain; charset=utf-8")

    def answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Write nothing: scrapes are not news."""
