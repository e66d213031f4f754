"""Answers /healthz and /readyz before anything that could refuse them: hosts, HTTPS, throttling, sessions.

The load balancer and the kubelet ask by address, over http, many times a minute, from every node.
"""

import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from todoproject.http.problems import problem_response
from todoproject.http.unavailable import RETRY_AFTER_SECONDS
from todoproject.server import draining


class HealthMiddleware:
    """/healthz says that the process lives; /readyz whether to send it requests; /readyz?deep=1 asks the database now.

    Ready is red while starting and while draining, and not when the database goes away later: all pods share it, and
    if all left the load balancer together, clients would see its errors instead of our 503 with Retry-After.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.startup = Startup()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info.removesuffix("/")
        if path not in {"/healthz", "/readyz"}:
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            allow = {"Allow": "GET, HEAD"}
            return problem_response(request, "method-not-allowed", "Health is only read.", headers=allow)
        reason = "" if path == "/healthz" else self.why_not_ready(deep=is_deep(request))
        if reason:
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            response = problem_response(request, "unavailable", reason, headers=headers)
        else:
            response = JsonResponse({"status": "ok"})
        response["Cache-Control"] = "no-store"
        response["Content-Length"] = str(len(response.content))
        return response

    def why_not_ready(self, *, deep: bool) -> str:
        """Return a sentence, or "" when ready; takes connect_timeout or statement_timeout at most."""
        if draining.flag.is_set():
            return "Draining: this process is about to stop."
        return self.startup.missing() or (database_trouble() if deep else "")


def is_deep(request: HttpRequest) -> bool:
    """Look at the query as it is: request.GET raises above a thousand parameters, and nobody answers that out here."""
    return "deep=1" in request.META["QUERY_STRING"].split("&")


def database_trouble() -> str:
    """Ask the database one thing now, over the connection that this thread's requests use."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        return f"The database does not answer ({type(error).__name__})."
    return ""


# Every probe of every node would otherwise ask the database that we are waiting for.
SECONDS_BETWEEN_CHECKS = 1.0


class Startup:
    """Asks the database at most once a second (a worker) until it was fine once, and never again.

    What one worker has found counts for all: a worker that is replaced while the database is away is ready at once.
    """

    def __init__(self) -> None:
        self._done = draining.SharedFlag()
        self._lock = threading.Lock()
        self._missing = "Starting: the database has not been asked yet."
        self._next_check = 0.0

    def missing(self) -> str:
        """Return what is still missing as a sentence, or "" for good; waits for connect_timeout at most."""
        if self._done.is_set():
            return ""
        if time.monotonic() >= self._next_check and self._lock.acquire(blocking=False):
            try:
                self._missing = missing_now()
                self._next_check = time.monotonic() + SECONDS_BETWEEN_CHECKS
            finally:
                self._lock.release()
            if not self._missing:
                self._done.set()
        return self._missing


def missing_now() -> str:
    """Compare the migrations of this image with the applied ones; migrations that only the database knows are fine."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError) as error:
        return f"Starting: the database does not answer ({type(error).__name__})."
    names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in plan)
    return f"Starting: migrations are not applied: {names}." if names else ""
