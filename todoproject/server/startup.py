"""Knows when a starting process may take requests: the database has answered and has our schema, or a newer one."""

import threading
import time

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

from todoproject.server.draining import SharedFlag

# Every probe of every node would otherwise ask the database that we are waiting for.
SECONDS_BETWEEN_CHECKS = 1.0


class Startup:
    """Asks the database at most once a second (a worker) until it was fine once, and never again.

    What one worker has found counts for all: a worker that is replaced while the database is away is ready at once.
    """

    def __init__(self) -> None:
        self._done = SharedFlag()
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
