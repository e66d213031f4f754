"""Starts PostgreSQL and sets the environment before pytest-django loads the settings; spreads tests over workers.

It is a plugin (`-p tests.postgresql_plugin`), not part of conftest.py: settings are loaded before conftest.py. With
`pytest -n` each worker has a server of its own, so that a test may count its statements or end its connections.
"""

import atexit
import fcntl
import gc
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
import yaml
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from local.assets import collect_assets
from local.environment import database_variables, service_environment
from local.postgresql import Server
from local.secrets import ensure_secrets, read_secret
from local.state import Lock

ROOT = Path(__file__).resolve().parent.parent

# The parser in C, for all that calls yaml.safe_load: hundreds of manifests are read at collection and in tests.
yaml.SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # type: ignore[misc]

# A test database may be lost with the power: no write has to reach the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
# The server's own count of statements, for the tests of query counts.
COUNTED = {"shared_preload_libraries": "pg_stat_statements"}
# Their tests share what takes minutes to make, and mostly wait. A clone's gate in pattern/ starts workers of its own:
# two at once would leave nobody a core.
ONE_WORKER = ("tests/image/", "tests/terraform/", "pattern/tests/test_")
# These modules mostly wait. One worker runs all of them, so that the other workers have the cores.
WAITING = tuple(
    f"tests/process/test_{name}.py"
    for name in ("attacks", "database_loss", "drain", "one_client", "rotation", "slow_clients")
)
MOST_WORKERS = 8  # each takes half a gigabyte, with its PostgreSQL


class Session:
    """The PostgreSQL and the secrets of one pytest process."""

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
        """Start the server, and set the environment."""
        atexit.register(self.stop)  # also where pytest ends before its session began
        ensure_secrets(self.secrets)
        if url := os.environ.get("DATABASE_URL"):
            variables = {"DATABASE_URL": url}
        else:
            self.server.start()
            role, password = (read_secret(self.secrets, name) for name in ("db_username", "db_password"))
            self.server.provide("service", role=role, password=password)
            variables = database_variables(self.secrets, port=self.server.port)
        environment = service_environment(self.secrets, database=variables)
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
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    gc.disable()  # until the tests run: what is collected stays, and looking through it again costs a second
    if early_config.known_args_namespace.numprocesses and "PYTEST_XDIST_WORKER" not in os.environ:
        # This process only hands out tests, and the workers wait for it: it loads no Django, and nothing that needs it.
        early_config.known_args_namespace.noconftest = True
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    else:
        session.start()
        early_config.pluginmanager.import_plugin("tests.service_fixtures")
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    session.stop()  # a worker of xdist ends without atexit


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Answer `-n auto`: the number of cores, and more where slow tests wait; each worker costs seconds to begin."""
    waiting = 0 if "not slow" in config.option.markexpr else 3 if os.environ.get("CI") else 1
    return min(MOST_WORKERS, waiting + (os.cpu_count() or 1))


class ByModule(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives a worker a whole module, whose tests share a server, or a whole folder that shares what takes minutes."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(WAITING):
            return "waiting"
        return next((folder for folder in ONE_WORKER if nodeid.startswith(folder)), super()._split_scope(nodeid))


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByModule:
    """Hand out modules in the order in which they were collected."""
    config.option.loadscopereorder = False
    return ByModule(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders and the modules that take long: they would be waited for in the end."""
    longest, long = ({item.path for item in items if item.get_closest_marker(name)} for name in ("ci", "slow"))
    first = (*ONE_WORKER, *WAITING)
    items.sort(key=lambda item: (not item.nodeid.startswith(first), item.path not in longest, item.path not in long))
    for item in items:
        callspec = getattr(item, "callspec", None)
        if callspec and not getattr(callspec.params.get("subject"), "quick", True):
            item.add_marker(pytest.mark.slow)
