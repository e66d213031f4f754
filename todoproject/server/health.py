"""Health: /healthz and /readyz for load balancer and kubelet; `readiness` has the deep one.

/healthz says that the process lives, /readyz whether to send it requests. Neither asks the database. Ready is red while
starting and while draining, and not when the database goes away later: all pods share it, and if all left the load
balancer together, clients would see its errors instead of our 503 with Retry-After.
"""

import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from todoproject.http.errors import RETRY_AFTER_SECONDS
from todoproject.http.problems import problem_response
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
