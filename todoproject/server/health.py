"""Answers /healthz and /readyz before anything that could refuse them: hosts, HTTPS, throttling, sessions.

The load balancer and the kubelet ask by address, over http, many times a minute, from every node. Under gunicorn's
threads the loop answers (`todoproject.server.answers`); the middleware is for other servers and for odd requests.
"""

import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from todoproject.http.problems import problem_response
from todoproject.http.unavailable import RETRY_AFTER_SECONDS
from todoproject.server import draining

SECONDS_BETWEEN_CHECKS = 1.0


class HealthMiddleware:
    """/healthz says that the process lives; /readyz whether to send it requests. Neither asks the database.

    Ready is red while starting and while draining, and not when the database goes away later: all pods share it, and
    if all left the load balancer together, clients would see its errors instead of our 503 with Retry-After. Whether
    the database answers now is told beside the metrics (`todoproject.metrics.exposition`).
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
    """Asks the database once a second until it was fine once, and never again.

    What one worker has found counts for all: a worker that is replaced while the database is away is ready at once.
    """

    missing = ""  # where nobody watches, as under ``runserver``

    def watch(self) -> None:
        """Begin to ask, in a thread of its own: nobody who asks for readiness waits for the database."""
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
    """Compare the migrations of this image with the applied ones; migrations that only the database knows are fine."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError) as error:
        return f"Starting: the database does not answer ({type(error).__name__})."
    names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in plan)
    return f"Starting: migrations are not applied: {names}." if names else ""
