"""Asks one address over and over until a file says stop, and prints what it got as one line of JSON.

It runs inside the cluster, in a pod of the service's own image: `python -c <this file>`. Nothing but Python's library.
Each request has a connection of its own, as from a new client: a refused one counts as a failure.
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
PAUSE_SECONDS = 0.1
# Nobody says stop when the test was killed.
LONGEST_SECONDS = 900

counts: dict[str, int] = {}
failures: list[str] = []
lock = threading.Lock()


def ask() -> str:
    """Return the status of one request, or the error's name."""
    connection = http.client.HTTPConnection(URL.hostname or "", URL.port or 80, timeout=10)
    try:
        connection.request("GET", URL.path or "/", headers={"Authorization": f"Bearer {TOKEN}", "X-Synthetic": "1"})
        response = connection.getresponse()
        response.read()
        return str(response.status)
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()


def worker(until: float) -> None:
    while not os.path.exists(STOP) and time.monotonic() < until:  # noqa: PTH110
        said = ask()
        with lock:
            counts[said] = counts.get(said, 0) + 1
            if said != "200" and len(failures) < 10:
                failures.append(f"{time.strftime('%H:%M:%S', time.gmtime())} {said}")
        time.sleep(PAUSE_SECONDS)


def main() -> None:
    until = time.monotonic() + LONGEST_SECONDS
    threads = [threading.Thread(target=worker, args=(until,)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"counts": counts, "failures": failures}))  # noqa: T201


main()
