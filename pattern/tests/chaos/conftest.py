"""A service with prod's settings in front of a database that keeps what it says, and the table at the end."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.postgresql import Server
from pattern.tests.chaos.faults import Scene
from pattern.tests.chaos.ledger import Client, Ledger
from pattern.tests.chaos.size import SEED, chance
from tests.process.cloudwatch import CREDENTIALS
from tests.process.conftest import Stage, migrated
from tests.process.gunicorn_process import ROOT, Gunicorn
from tests.process.rotating import USERS, Rotation

CONFIGURATION = ROOT / "kustomize" / "overlays" / "prod" / "configuration" / "config.env"
TAKEN = ("API_RATE", "WEB_THREADS", "WEB_WORKERS")
CLIENTS = 6
COLUMNS = ("sent", "answered", "wrong", "lost")

Row = Callable[[str], Ledger]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A database as PostgreSQL comes: a commit is on the disk before it is acknowledged."""
    stage = Stage(tmp_path_factory.mktemp("chaos"))
    stage.server = Server(stage.server.directory, {"max_connections": "30"})
    with migrated(stage):
        yield stage


@pytest.fixture
def changed() -> dict[str, str]:
    """What differs from prod; a test that says so has its reason."""
    return {}


@pytest.fixture
def scene(stage: Stage, tmp_path: Path, changed: dict[str, str]) -> Iterator[Scene]:
    lines = [line.partition("=") for line in CONFIGURATION.read_text(encoding="utf-8").splitlines()]
    prod = {name: value for name, _, value in lines if name in TAKEN}
    secrets = Rotation(tmp_path / "secrets", stage.secrets, stage.server)
    # Nobody listens at port 1: the audit trail has nowhere to go, in every test.
    dead = {**CREDENTIALS, "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AUDIT_LOG_GROUP": "/chaos/audit"}
    environment = {**stage.environment, **prod, **secrets.environment, **dead, "METRICS_PORT": "0", **changed}
    gunicorn = Gunicorn(environment, tmp_path / "log")
    try:
        gunicorn.wait_for(200)
        yield Scene(gunicorn, stage.server, secrets, chance())
    finally:
        gunicorn.kill()
        secrets.set_password(USERS[0], (stage.secrets / "db_password").read_text().strip())


@pytest.fixture
def clients(stage: Stage, scene: Scene, ledger: Ledger) -> list[Client]:
    """The users, with tokens for ten minutes."""
    tokens = [stage.token(f"client-{number}") for number in range(CLIENTS)]
    return [Client(scene.gunicorn.port, token, ledger) for token in tokens]


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """A row of the table, in whatever state the test leaves it."""
    ledger = Ledger()
    yield ledger
    columns = {name: getattr(ledger, name) for name in COLUMNS}
    request.node.user_properties.append(("chaos", json.dumps({"what": request.node.name, **columns})))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    rows = [
        json.loads(value)
        for report in reports
        if getattr(report, "when", "") == "teardown"
        for name, value in report.user_properties
        if name == "chaos"
    ]
    if rows:
        terminalreporter.section(f"a bad day (seed {SEED})")
        terminalreporter.line(f"{'':60} {' '.join(f'{name:>9}' for name in COLUMNS)}")
    for row in rows:
        what = row["what"].removeprefix("test_").replace("_", " ")
        terminalreporter.line(f"{what[:60]:60} {' '.join(f'{row[name]:>9,}' for name in COLUMNS)}")
