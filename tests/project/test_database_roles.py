"""The roles of overlays/local, which are those of the real database: migrations own, web pods only write rows."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local.postgresql import Server
from tests.postgresql_plugin import FAST, ROOT
from tests.service import manage, running

SCRIPTS = ROOT / "kustomize" / "overlays" / "local" / "postgresql"
DATABASE = "service"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: roles belong to no database, and a laptop's service_app owns one."""
    server = Server(tmp_path_factory.mktemp("postgresql"), FAST)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def logins(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The environment of each login, in an empty database after both scripts, run as the image's entry point does."""
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    folder = tmp_path_factory.mktemp("roles")
    for role in ("service_app", "service_migrate"):
        (folder / role).write_text(secrets.token_urlsafe(32))
        (folder / f"{role}_username").write_text(role)
    psql(server, "psql --username postgres --dbname service --set ON_ERROR_STOP=1 --file 1-roles.sql")
    psql(server, (SCRIPTS / "2-passwords.sh").read_text().replace("/run/secrets/postgresql", str(folder)))
    return {role: environment(server, folder, role) for role in ("service_app", "service_migrate")}


def psql(server: Server, script: str) -> None:
    """Run bash where `psql` reaches the new database as its superuser."""
    superuser = {
        "PATH": f"{server.binaries.folder}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGPASSWORD": (server.directory / "superuser_password").read_text(),
        "POSTGRES_USER": "postgres",
        "POSTGRES_DB": DATABASE,
    }
    done = subprocess.run(
        ["bash", "-ec", script], cwd=SCRIPTS, env=superuser, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def environment(server: Server, folder: Path, role: str) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {
        **others,
        "DB_HOST": "127.0.0.1",
        "DB_PORT": str(server.port),
        "DB_NAME": DATABASE,
        "DB_USERNAME_FILE": str(folder / f"{role}_username"),
        "DB_PASSWORD_FILE": str(folder / role),
    }


def owners(server: Server) -> set[str]:
    with server.connect(DATABASE) as connection:
        rows = connection.execute("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {owner for (owner,) in rows}


@pytest.fixture(scope="module")
def without_role(server: Server, logins: dict[str, dict[str, str]]) -> tuple[str, set[str]]:
    """The error of migrations without the role in the empty database, and the owners of their tables."""
    return failure(logins["service_migrate"], "migrate", "--verbosity=0"), owners(server)


@pytest.fixture(scope="module")
def migrated(logins: dict[str, dict[str, str]], without_role: tuple[str, set[str]]) -> dict[str, dict[str, str]]:
    """The logins, after the migrations as the Job runs them."""
    manage({**logins["service_migrate"], "DB_ROLE": "service_owner"}, "migrate", "--verbosity=0")
    return logins


def failure(login: dict[str, str], *words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=login, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0
    return done.stderr


def test_migrations_without_the_role_can_make_nothing(without_role: tuple[str, set[str]]) -> None:
    said, made = without_role
    assert "no schema has been selected to create in" in said
    assert made == set()


def test_the_role_and_not_the_login_owns_new_tables(server: Server, migrated: dict[str, dict[str, str]]) -> None:
    assert owners(server) == {"service_owner"}


def test_a_role_that_the_login_may_not_take_stops_the_migrations(migrated: dict[str, dict[str, str]]) -> None:
    login = {**migrated["service_app"], "DB_ROLE": "service_owner"}
    assert 'permission denied to set role "service_owner"' in failure(login, "migrate")


def test_migrations_wait_two_seconds_for_a_lock_and_any_time_for_a_statement(
    migrated: dict[str, dict[str, str]],
) -> None:
    program = (
        "from django.db import connection; c = connection.cursor();"
        "[(c.execute(f'SHOW {name}'), print(*c.fetchone())) for name in ('lock_timeout', 'statement_timeout', 'role')]"
    )
    said = manage({**migrated["service_migrate"], "DB_ROLE": "service_owner"}, "shell", "-v0", "-c", program)
    assert said.split() == ["2s", "0", "service_owner"]


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine ()", "ALTER TABLE conformance_notice ADD mine int", "DROP TABLE conformance_notice"],
)
def test_web_pods_cannot_change_the_schema(migrated: dict[str, dict[str, str]], statement: str) -> None:
    login = migrated["service_app"]
    user, password = (Path(login[name]).read_text() for name in ("DB_USERNAME_FILE", "DB_PASSWORD_FILE"))
    where = {"host": login["DB_HOST"], "port": int(login["DB_PORT"]), "dbname": DATABASE}
    with (
        psycopg.connect(**where, user=user, password=password, connect_timeout=10) as connection,  # type: ignore[arg-type]
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_the_service_serves_with_the_rights_of_a_web_pod(
    server: Server, migrated: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    with running(migrated["service_app"], tmp_path / "log") as service:
        said = service.manage("smoke", service.url)
        assert said.splitlines()[-1] == f"{service.url} serves."
    with server.connect(DATABASE) as connection:
        assert connection.execute("SELECT count(*) FROM accounts_user").fetchone() == (0,)


def test_pruning_needs_no_more_than_a_web_pod_may(migrated: dict[str, dict[str, str]]) -> None:
    assert manage(migrated["service_app"], "prune").startswith("0 idempotency records removed")
