"""A PostgreSQL that tests may stop and change, and gunicorns that serve from it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local.environment import database_variables, service_environment
from local.postgresql import Server
from local.secrets import ensure_secrets, read_secret
from tests.process.gunicorn_process import ROOT, Gunicorn

Serve = Callable[..., Gunicorn]

PASSWORD = "a-password-of-some-length"

# By one `manage.py`: each start costs a second of CPU.
MADE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("user", "caller", "--password-stdin")
"""

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
        self.secrets = folder / "secrets"
        self.server = Server(folder / "postgresql", FAST)
        self.token, self.token_renewal = "", 0.0
        ensure_secrets(self.secrets)

    @property
    def environment(self) -> dict[str, str]:
        database = database_variables(self.secrets, port=self.server.port)
        return service_environment(self.secrets, database=database) | {"DJANGO_SETTINGS_MODULE": "tests.settings"}

    def provide(self) -> None:
        role, password = (read_secret(self.secrets, name) for name in ("db_username", "db_password"))
        self.server.provide("service", role=role, password=password)

    def manage(self, *arguments: str, text: str = "") -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A migrated database that tests may stop, start and change, one for all of them."""
    stage = Stage(tmp_path_factory.mktemp("stage"))
    stage.server.start()
    try:
        stage.provide()
        stage.manage("shell", "--no-imports", "--verbosity=0", "--command", MADE, text=PASSWORD)
        yield stage
    finally:
        stage.server.stop()


@pytest.fixture
def caller(stage: Stage) -> dict[str, str]:
    """The headers of a caller who may use the API, for six minutes at least, longer than a test: a token lives ten."""
    if time.monotonic() > stage.token_renewal:
        stage.token, stage.token_renewal = stage.manage("token", "caller"), time.monotonic() + 240
    return {"Authorization": f"Bearer {stage.token}", "Content-Type": "application/json"}


@pytest.fixture(scope="session")
def operator_name(stage: Stage) -> str:
    """Who may do everything in the admin, with PASSWORD."""
    making = f"from todoproject.accounts.models import User; User.objects.create_superuser('op', password='{PASSWORD}')"
    stage.manage("shell", "--no-imports", "-c", making)
    return "op"


@pytest.fixture
def serve(stage: Stage, tmp_path: Path) -> Iterator[Serve]:
    """Start gunicorn with these variables on top of a laptop's; `ready=False` does not wait for it."""
    started: list[Gunicorn] = []

    def start(*, ready: bool = True, **variables: str) -> Gunicorn:
        environment = {**stage.environment, "WEB_WORKERS": "1", **variables}
        gunicorn = Gunicorn(environment, tmp_path / f"gunicorn-{len(started)}.log")
        started.append(gunicorn)
        if ready:
            gunicorn.wait_for(200)
        return gunicorn

    yield start
    for gunicorn in started:
        gunicorn.kill()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes the connections of a test."""
    with ExitStack() as stack:
        yield stack
