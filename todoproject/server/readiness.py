"""Deep readiness: asks the database now. It is told beside the metrics, on a port that only the cluster reaches.

The master asks, over a connection of its own that lives for one statement: workers may all be busy or gone.
"""

import os
import threading
import time
from typing import TYPE_CHECKING

import psycopg

from todoproject.server import draining

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

SECONDS_TO_ANSWER = 2.0


class Readiness:
    """A WSGI application: 200, or 503 with a sentence."""

    def __init__(self) -> None:
        # Held while there is a connection, and while the master forks: no worker ever inherits one.
        self._lock = threading.Lock()
        self._forking = False
        self._asked, self._trouble = 0.0, ""
        os.register_at_fork(before=self._begin_fork, after_in_parent=self._end_fork, after_in_child=self._end_fork)

    def __call__(self, _environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        trouble = self.trouble()
        status = "503 Service Unavailable" if trouble else "200 OK"
        start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")])
        return [f"{trouble or 'ok'}\n".encode()]

    def trouble(self) -> str:
        if draining.flag.is_set():
            return "Draining: this process is about to stop."
        if not draining.started.is_set():
            return "Starting: no worker has found the database as it must be yet."
        came = time.monotonic()
        while self._forking:  # a lock lets anybody go first: a new worker would wait behind all who ask
            time.sleep(0.01)
        with self._lock:
            if self._asked < came:  # else somebody has asked since, and the answer is as new
                self._asked = time.monotonic()
                self._trouble = database_trouble()
            return self._trouble

    def _begin_fork(self) -> None:
        self._forking = True
        self._lock.acquire()

    def _end_fork(self) -> None:
        self._forking = False
        self._lock.release()


def database_trouble() -> str:
    """Connect and ask for 1; takes connect_timeout and SECONDS_TO_ANSWER at most."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
    from django.db import connection  # noqa: PLC0415  the settings are not loaded at the master's start

    from todoproject.postgresql import driver  # noqa: PLC0415  as above

    parameters = connection.get_connection_params() | {"seconds_to_answer": SECONDS_TO_ANSWER}
    try:
        with driver.connect(**parameters) as asked:
            asked.execute("SELECT 1")
    except psycopg.Error as error:
        return f"The database does not answer ({type(error).__name__})."
    return ""
