"""A server for the load generators: it answers what the test says, when the test says."""

import http.server
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

Answer = tuple[float, int, dict[str, str], bytes]  # seconds to wait, status, headers, body


@contextmanager
def answering(answer: Callable[[int], Answer]) -> Generator[int]:
    """Yield the port of a server that answers its request number n (from 0) with `answer(n)`."""
    lock, asked = threading.Lock(), [0]

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with lock:
                number = asked[0]
                asked[0] += 1
            seconds, status, headers, body = answer(number)
            time.sleep(seconds)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
