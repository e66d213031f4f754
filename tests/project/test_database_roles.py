"""The roles of overlays/local, which are those of the real database: migrations own, web pods only write rows."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from local.postgresql import Server
from tests.postgresql_plugin import FAST, ROOT
from tests.service import manage, running

SCRIPT = ROOT / "kustomize" / "overlays" / "local" / "postgresql" / "1-roles.sql"
DATABASE = "todo"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: roles belong to no database, and a laptop's todo_app owns one."""
    server = Server(tmp_path_factory.mktemp("postgresql"), FAST)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def logins(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The environment of each login, in an empty database with the roles of the script."""
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    passwords = {role: secrets.token_urlsafe(32) for role in ("todo_migrate", "todo_app")}
    with server.connect(DATABASE) as connection:
        connection.execute(SCRIPT.read_bytes())
        for role, password in passwords.items():
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
            connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
    folder = tmp_path_factory.mktemp("roles")
    return {role: environment(server, folder, role, password) for role, password in passwords.items()}


def environment(server: Server, folder: Path, role: str, password: str) -> dict[str, str]:
    (folder / f"{role}_username").write_text(role)
    (folder / f"{role}_password").write_text(password)
    others = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {
        **others,
        "DB_HOST": "127.0.0.1",
        "DB_PORT": str(server.port),
        "DB_NAME": DATABASE,
        "DB_USERNAME_FILE": str(folder / f"{role}_username"),
        "DB_PASSWORD_FILE": str(folder / f"{role}_password"),
    }


def owners(server: Server) -> set[str]:
    with server.connect(DATABASE) as connection:
        rows = connection.execute("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {owner for (owner,) in rows}


@pytest.fixture(scope="module")
def migrated(logins: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The logins, after the migrations as the Job runs them."""
    manage({**logins["todo_migrate"], "DB_ROLE": "todo_owner"}, "migrate", "--verbosity=0")
    return logins


def failure(login: dict[str, str], *words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=login, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0
    return done.stderr


def test_migrations_without_the_role_can_make_nothing(server: Server, logins: dict[str, dict[str, str]]) -> None:
    assert "no schema has been selected to create in" in failure(logins["todo_migrate"], "migrate", "--verbosity=0")
    assert owners(server) == set()


def test_what_migrations_make_belongs_to_the_role_and_not_to_the_login(
    server: Server, migrated: dict[str, dict[str, str]]
) -> None:
    assert owners(server) == {"todo_owner"}


def test_a_role_that_the_login_may_not_take_stops_the_migrations(migrated: dict[str, dict[str, str]]) -> None:
    login = {**migrated["todo_app"], "DB_ROLE": "todo_owner"}
    assert 'permission denied to set role "todo_owner"' in failure(login, "migrate")


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE mine ()", "ALTER TABLE todos_todo ADD mine int", "DROP TABLE todos_todo"]
)
def test_web_pods_cannot_change_the_schema(migrated: dict[str, dict[str, str]], statement: str) -> None:
    login = migrated["todo_app"]
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
    with running(migrated["todo_app"], tmp_path / "log") as service:
        said = service.manage("smoke", service.url)
        assert said.splitlines()[-1] == f"{service.url} serves."
    with server.connect(DATABASE) as connection:
        assert connection.execute("SELECT count(*) FROM accounts_user").fetchone() == (0,)


def test_pruning_needs_no_more_than_a_web_pod_may(migrated: dict[str, dict[str, str]]) -> None:
    assert manage(migrated["todo_app"], "prune").startswith("0 idempotency records removed")
