"""Deep readiness: asks the database now, on the port of the metrics, which only the cluster reaches.

gunicorn's master imports this. It imports nothing else of Django, so that RELOAD=1 shows edits of the rest.
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
    """Deep readiness as a WSGI application: 200, or 503 with a sentence.

    gunicorn's master asks the database itself, since workers may all be busy or gone. Each question has a connection of
    its own.
    """

    def __init__(self) -> None:
        # Held while a connection is open, and while the master forks: no worker inherits a connection.
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
        while self._forking:  # a lock has no order: the fork of a new worker would wait behind all questions
            time.sleep(0.01)
        with self._lock:
            if self._asked < came:  # else another request has asked since this one came
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
    """Run SELECT 1 over a new connection; takes connect_timeout and SECONDS_TO_ANSWER at most."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
    from django.db import connection  # noqa: PLC0415  the settings are not loaded when the master starts

    from todoproject.postgresql import driver  # noqa: PLC0415  as above

    parameters = connection.get_connection_params() | {"seconds_to_answer": SECONDS_TO_ANSWER}
    try:
        with driver.connect(**parameters) as asked:
            asked.execute("SELECT 1")
    except psycopg.Error as error:
        return f"The database does not answer ({type(error).__name__})."
    return ""
