"""Health: /healthz and /readyz for load balancer and kubelet, and deep readiness beside the metrics.

/healthz says that the process lives, /readyz whether to send it requests. Neither asks the database. Ready is red while
starting and while draining, and not when the database goes away later: all pods share it, and if all left the load
balancer together, clients would see its errors instead of our 503 with Retry-After.

Deep readiness asks the database now. It has the port of the metrics, which only the cluster reaches.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from todoproject.http.errors import RETRY_AFTER_SECONDS
from todoproject.http.problems import problem_response
from todoproject.postgresql import driver
from todoproject.server import draining

SECONDS_BETWEEN_CHECKS = 1.0


class HealthMiddleware:
    """Answers before anything that could refuse a check: hosts, HTTPS, throttling, sessions.

    Under gunicorn's threads the loop answers instead (`todoproject.server.answers`), except to odd requests.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info.removesuffix("/")
        if path not in {"/healthz", "/readyz"}:
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            allow = {"Allow": "GET, HEAD"}
            return problem_response(request, "method-not-allowed", "Health is only read.", headers=allow)
        if reason := trouble(path):
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            response = problem_response(request, "unavailable", reason, headers=headers)
        else:
            response = JsonResponse({"status": "ok"})
        response["Cache-Control"] = "no-store"
        response["Content-Length"] = str(len(response.content))
        return response


def trouble(path: str) -> str:
    """Return a sentence for a 503, or "" when all is well."""
    if path == "/healthz":
        return ""
    if "unready" in settings.FAULTS:
        return "Red, as asked: FAULTS=unready."
    if draining.flag.is_set():
        return "Draining: this process is about to stop."
    return "" if draining.started.is_set() else startup.missing


class Startup:
    """Asks the database once a second until all migrations are applied, and never again.

    The first worker to find it so sets `draining.started` for all: a worker that replaces another is ready at once.
    """

    missing = ""  # as long as `watch` was not called, as under ``runserver``

    def watch(self) -> None:
        """Begin to ask in a thread, so that no check waits for the database."""
        self.missing = "Starting: the database has not been asked yet."
        threading.Thread(target=self._ask, name="startup", daemon=True).start()

    def _ask(self) -> None:
        while not draining.started.is_set():
            if missing := missing_now():
                self.missing = missing
                time.sleep(SECONDS_BETWEEN_CHECKS)
            else:
                draining.started.set()
            connection.close()


startup = Startup()


def missing_now() -> str:
    """Return which migrations of this image are not applied, as a sentence; the database may have newer ones."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError) as error:
        return f"Starting: the database does not answer ({type(error).__name__})."
    names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in plan)
    return f"Starting: migrations are not applied: {names}." if names else ""


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
    parameters = connection.get_connection_params() | {"seconds_to_answer": SECONDS_TO_ANSWER}
    try:
        with driver.connect(**parameters) as asked:
            asked.execute("SELECT 1")
    except psycopg.Error as error:
        return f"The database does not answer ({type(error).__name__})."
    return ""
