"""The pod's metrics server: threads in gunicorn's master, which answer while all workers are busy."""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler

from prometheus_client.exposition import ThreadingWSGIServer

from todoproject.metrics import exposition

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

# A scrape comes every 15 to 60 s. Further connections are closed unread, so that the master stays small.
MOST_CONNECTIONS = 8
SECONDS_TO_SEND_A_REQUEST = 5


def start(
    address: str,
    port: int,
    *,
    build: Mapping[str, str],
    workers: Callable[[], Iterable[int]],
    readiness: "WSGIApplication",
) -> None:
    """Listen and serve in a thread; raise SystemExit with a sentence if the port is taken.

    `workers` returns the pids of the live workers, for their CPU time; `readiness` answers GET /readyz.
    """
    try:
        server = MetricsServer(address.strip("[]"), port, exposition.application(build, workers, readiness))
    except OSError as error:
        raise SystemExit(
            f"The metrics server cannot listen at {address}:{port} ({error.strerror}): stop what listens there, choose "
            "another METRICS_PORT, or switch it off by METRICS_PORT=0."
        ) from error
    os.register_at_fork(
        before=exposition.lock.acquire, after_in_parent=exposition.lock.release, after_in_child=server.forget
    )
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


class Handler(WSGIRequestHandler):
    timeout = SECONDS_TO_SEND_A_REQUEST

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse a request that cannot be parsed, without repeating it."""
        self.send_response(code)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Write nothing: nobody needs a line for each scrape."""


class MetricsServer(ThreadingWSGIServer):
    """Serves MOST_CONNECTIONS at a time, each in a thread, so that a slow reader does not block the others."""

    def __init__(self, address: str, port: int, application: "WSGIApplication") -> None:
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.since: dict[socket.socket, float] = {}
        super().__init__((address, port), Handler)
        self.set_app(application)

    def server_bind(self) -> None:
        """Bind without a DNS query for our name, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        if len(self.since) < MOST_CONNECTIONS:
            self.since[request] = time.monotonic()
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.since.pop(request, None)

    def service_actions(self) -> None:
        """End requests that take too long to arrive; socketserver calls this twice a second.

        A socket's timeout begins again with each byte: eight clients that send bytes slowly would block all scrapes.
        """
        too_early = time.monotonic() - SECONDS_TO_SEND_A_REQUEST
        for connection in [connection for connection, since in self.since.copy().items() if since < too_early]:
            with suppress(OSError):  # it has just ended
                connection.shutdown(socket.SHUT_RD)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def forget(self) -> None:
        """Close what a forked process inherits, so that the port is free once the master has ended."""
        exposition.lock.release()
        self.socket.close()
