"""A PostgreSQL that tests may stop and change, and gunicorns that serve from it."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from local.environment import database_variables, service_environment
from local.postgresql import Server
from local.secrets import read_secret
from tests.process.gunicorn_process import ROOT, Gunicorn
from tests.service import made_user, manage, token

Serve = Callable[..., Gunicorn]

# What prod's overlay says about the process and its limits.
PROD = {
    name: value
    for name, _, value in (
        line.partition("=")
        for line in (ROOT / "kustomize/overlays/prod/configuration/config.env").read_text().splitlines()
    )
    if name in {"API_RATE", "TRUSTED_PROXY_HOPS", "WEB_THREADS", "WEB_WORKERS"}
}

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Stage:
    """A database of our own with its secrets: what a pod would find around it."""

    def __init__(self, folder: Path) -> None:
        # Of its own, since tests change them, and at first those of this process, which can issue its tokens.
        self.secrets = shutil.copytree(Path(os.environ["JWT_SIGNING_KEYS_FILE"]).parent, folder / "secrets")
        self.server = Server(folder / "postgresql", FAST)
        self._users: dict[str, int] = {}

    @property
    def environment(self) -> dict[str, str]:
        database = database_variables(self.secrets, port=self.server.port)
        return service_environment(self.secrets, database=database) | {"DJANGO_SETTINGS_MODULE": "tests.settings"}

    def provide(self) -> None:
        role, password = (read_secret(self.secrets, name) for name in ("db_username", "db_password"))
        self.server.provide("service", role=role, password=password)

    def migrate(self) -> None:
        manage(self.environment, "migrate", "--verbosity=0")

    def user(self, name: str, **columns: object) -> int:
        """Make a user who has PASSWORD; return the id."""
        with self.server.connect("service") as connection:
            return made_user(connection, name, **columns)

    def token(self, name: str) -> str:
        """Return a new access token of `name`, who is made at the first call."""
        if name not in self._users:
            self._users[name] = self.user(name)
        return token(self._users[name])


@contextmanager
def migrated(stage: Stage) -> Iterator[Stage]:
    """Start the stage's PostgreSQL with a migrated database, and stop it at the end."""
    stage.server.start()
    try:
        stage.provide()
        stage.migrate()
        yield stage
    finally:
        stage.server.stop()


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A migrated database that tests may stop, start and change, one for all of them."""
    with migrated(Stage(tmp_path_factory.mktemp("stage"))) as stage:
        yield stage


@pytest.fixture
def caller(stage: Stage) -> dict[str, str]:
    """The headers of a caller who may use the API, for ten minutes, longer than a test."""
    return {"Authorization": f"Bearer {stage.token('caller')}", "Content-Type": "application/json"}


@contextmanager
def serving(stage: Stage, folder: Path) -> Generator[Serve]:
    """Give what starts gunicorns with variables on top of a laptop's (`ready=False` does not wait); kill them after."""
    started: list[Gunicorn] = []

    def start(*, ready: bool = True, **variables: str) -> Gunicorn:
        environment = {**stage.environment, "WEB_WORKERS": "1", **variables}
        gunicorn = Gunicorn(environment, folder / f"gunicorn-{len(started)}.log")
        started.append(gunicorn)
        if ready:
            gunicorn.wait_for(200)
        return gunicorn

    yield start
    for gunicorn in started:
        gunicorn.kill()


@pytest.fixture
def serve(stage: Stage, tmp_path: Path) -> Iterator[Serve]:
    with serving(stage, tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def serve_module(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start gunicorns that all tests of a module share."""
    with serving(stage, tmp_path_factory.mktemp("module")) as start:
        yield start


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes the connections of a test."""
    with ExitStack() as stack:
        yield stack
