"""The roles of overlays/local, which are those of the real database: migrations own, web pods only write rows."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

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


PROGRAM = """
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
with connection.cursor() as cursor:
    for name in ("lock_timeout", "statement_timeout", "role"):
        cursor.execute(f"SHOW {name}")
        print(*cursor.fetchone())
"""


@pytest.fixture(scope="module")
def migrated(logins: dict[str, dict[str, str]]) -> str:
    """Migrate as the Job does; return what bounds its statements, and its role."""
    return manage({**logins["service_migrate"], "DB_ROLE": "service_owner"}, "shell", "-v0", "-c", PROGRAM)


def connected(login: dict[str, str], options: str = "") -> psycopg.Connection:
    user, password = (Path(login[name]).read_text() for name in ("DB_USERNAME_FILE", "DB_PASSWORD_FILE"))
    host, port, dbname = (login[name] for name in ("DB_HOST", "DB_PORT", "DB_NAME"))
    return psycopg.connect(
        host=host, port=port, dbname=dbname, user=user, password=password, options=options, connect_timeout=10
    )


def test_without_the_role_the_login_of_migrations_can_make_nothing(logins: dict[str, dict[str, str]]) -> None:
    with connected(logins["service_migrate"]) as connection, pytest.raises(psycopg.errors.InvalidSchemaName):
        connection.execute("CREATE TABLE mine ()")


def test_the_role_and_not_the_login_owns_tables_and_waits_two_seconds_for_a_lock_and_any_time_for_a_statement(
    server: Server, migrated: str
) -> None:
    assert migrated.split() == ["2s", "0", "service_owner"]
    with server.connect(DATABASE) as connection:
        owners = connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert owners == [("service_owner",)]


def test_web_pods_cannot_take_the_role(logins: dict[str, dict[str, str]]) -> None:
    with pytest.raises(psycopg.OperationalError, match='permission denied to set role "service_owner"'):
        connected(logins["service_app"], "-c role=service_owner")


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine ()", "ALTER TABLE conformance_notice ADD mine int", "DROP TABLE conformance_notice"],
)
def test_web_pods_cannot_change_the_schema(logins: dict[str, dict[str, str]], statement: LiteralString) -> None:
    with connected(logins["service_app"]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.usefixtures("migrated")
def test_the_service_serves_and_prunes_with_the_rights_of_a_web_pod(
    server: Server, logins: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    with running(logins["service_app"], tmp_path / "log") as service:
        said = service.manage("smoke", service.url)
        assert said.splitlines()[-1] == f"{service.url} serves."
    with server.connect(DATABASE) as connection:
        assert connection.execute("SELECT count(*) FROM accounts_user").fetchone() == (0,)
        kept = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
            "AND NOT has_table_privilege('service_app', oid, 'DELETE')"
        )
        assert kept.fetchall() == []
