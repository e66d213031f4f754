"""Asks one address over and over until a file says stop, and prints what it got as one line of JSON.

It runs inside the cluster, in a pod of the service's own image: `python -c <this file>`. Nothing but Python's library.
Some threads make a connection for each request, as new clients do: a refused one counts as a failure. The others keep
theirs, as browsers and proxies do. When a kept one turns out to be closed before anything was answered, the request is
sent again once, on a new connection (RFC 9110, 9.2.2: a GET may be), and counted as `again`.
"""

import http.client
import json
import os
import threading
import time
from urllib.parse import urlsplit

URL = urlsplit(os.environ["URL"])
TOKEN = os.environ.get("TOKEN", "")
STOP = os.environ.get("STOP", "/tmp/stop")  # noqa: S108  the pod's own
THREADS = 4
KEPT = int(os.environ.get("KEPT", "2"))  # how many of the threads keep their connection
PAUSE_SECONDS = 0.1
# Nobody says stop when the test was killed.
LONGEST_SECONDS = 900
CLOSED = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)

counts: dict[str, int] = {}
failures: list[str] = []
again = 0
lock = threading.Lock()


class Client:
    """Asks; `kept` between two requests unless the server closes it."""

    def __init__(self, kept: bool) -> None:  # noqa: FBT001  a thread passes it by place
        self.kept = kept
        self.connection: http.client.HTTPConnection | None = None

    def ask(self) -> str:
        """Return the status of one request, or the error's name."""
        global again  # noqa: PLW0603  one counter
        used_before = self.connection is not None
        try:
            return self._ask()
        except CLOSED as error:
            self._close()
            if not used_before:
                return f"{type(error).__name__}: {error}"
            with lock:
                again += 1
        except (OSError, http.client.HTTPException) as error:
            self._close()
            return f"{type(error).__name__}: {error}"
        return self.ask()

    def _ask(self) -> str:
        if self.connection is None:
            self.connection = http.client.HTTPConnection(URL.hostname or "", URL.port or 80, timeout=10)
        headers = {"Authorization": f"Bearer {TOKEN}", "X-Synthetic": "1"}
        self.connection.request("GET", URL.path or "/", headers=headers)
        response = self.connection.getresponse()
        response.read()
        if not self.kept or response.will_close:
            self._close()
        return str(response.status)

    def _close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None


def worker(number: int, until: float) -> None:
    client = Client(number < KEPT)
    while not os.path.exists(STOP) and time.monotonic() < until:  # noqa: PTH110
        said = client.ask()
        with lock:
            counts[said] = counts.get(said, 0) + 1
            if said != "200" and len(failures) < 10:
                failures.append(f"{time.strftime('%H:%M:%S', time.gmtime())} {said}")
        time.sleep(PAUSE_SECONDS)


def main() -> None:
    until = time.monotonic() + LONGEST_SECONDS
    threads = [threading.Thread(target=worker, args=(number, until)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"counts": counts, "failures": failures, "again": again}))  # noqa: T201


main()
