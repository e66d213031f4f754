"""Starts PostgreSQL and sets the environment before pytest-django loads the settings.

It is a plugin (`-p tests.postgresql_plugin`), not part of conftest.py: settings are loaded before conftest.py.
"""

import atexit
import fcntl
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from local.assets import collect_assets
from local.environment import database_variables, service_environment
from local.locks import Lock
from local.postgresql import Server
from local.secrets import ensure_secrets, read_secret

pytest_plugins = ["tests.service_fixtures"]

ROOT = Path(__file__).resolve().parent.parent

# A test database may be lost with the power: no write has to reach the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
# The server's own count of statements, for the tests of query counts.
COUNTED = {"shared_preload_libraries": "pg_stat_statements"}


class Session:
    """What one pytest session owns: a folder with a PostgreSQL and secrets."""

    def __init__(self) -> None:
        self.lock, self.server = self._free_server()
        self._folder = tempfile.TemporaryDirectory(prefix="todo-tests-")
        self.secrets = Path(self._folder.name) / "secrets"

    @staticmethod
    def _free_server() -> tuple[Lock, Server]:
        """Take the first folder that no other session uses: several may run in one clone at a time."""
        for number in range(1, 100):
            directory = ROOT / ".local" / "test-postgresql" / str(number)
            lock = Lock(directory / "lock")
            if lock.acquire("test"):
                return lock, Server(directory, {**FAST, **COUNTED})
        raise RuntimeError("99 test sessions are running in this clone")

    def start(self) -> None:
        atexit.register(self.stop)  # also where pytest ends before its session began
        ensure_secrets(self.secrets)
        if url := os.environ.get("DATABASE_URL"):
            database = {"DATABASE_URL": url}
        else:
            self.server.start()
            role, password = (read_secret(self.secrets, name) for name in ("db_username", "db_password"))
            self.server.provide("todo", role=role, password=password)
            database = database_variables(self.secrets, port=self.server.port)
        environment = service_environment(self.secrets, database=database)
        environment["ALLOWED_HOSTS"] += ",testserver"
        environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        environment["METRICS_PORT"] = "0"  # a test that reads metrics gives a port of its own
        os.environ.clear()
        os.environ.update(environment)
        # Pages name their assets by a hash, and cannot be made without them. Several sessions may begin at once.
        with (ROOT / ".local" / "assets.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            collect_assets(environment)

    def stop(self) -> None:
        self.server.stop()
        self.lock.release()
        self._folder.cleanup()


session = Session()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    session.start()
    return (yield)
