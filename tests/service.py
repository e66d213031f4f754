"""The real service: gunicorn as in production, a database of its own, real sockets."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier, Placeholder

from tests.postgresql_plugin import ROOT
from tests.process.gunicorn_process import Gunicorn

PASSWORD = "correct horse battery staple"


@dataclass
class Service:
    """A running gunicorn: where it answers, its process, its environment, and its log (a file of JSON lines)."""

    url: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    log: Path
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def pid(self) -> int:
        """The arbiter's pid; its workers are its children."""
        return self.process.pid

    def manage(self, *words: str, stdin: str = "") -> str:
        """Run `manage.py` on the service's database; return what it printed."""
        return manage(self.environment, *words, stdin=stdin)

    def token(self, name: str) -> str:
        """Return an access token of the user `name`, who is made at the first call and has PASSWORD."""
        if name not in self._tokens:
            with self.database() as connection:
                self._tokens[name] = token(made_user(connection, name))
        return self._tokens[name]

    def database(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection to the service's database, as its owner."""
        url = self.environment.get("DATABASE_URL", "")
        return connected(urlsplit(url).path[1:] if url else self.environment["DB_NAME"])


def made_user(connection: psycopg.Connection[Any], name: str, **columns: object) -> int:
    """Insert a user who has PASSWORD, and return the id.

    Without `manage.py`, of which each start costs a second, as `token` is: this process has the keys and the settings.
    """
    from django.contrib.auth.hashers import PBKDF2PasswordHasher  # noqa: PLC0415  Django is set up by now

    from todoproject.accounts.models import User  # noqa: PLC0415

    user = User(username=name, password=PBKDF2PasswordHasher().encode(PASSWORD, "salt", 1), **columns)
    fields = [each for each in User._meta.concrete_fields if not each.primary_key]
    insert = SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
        Identifier(User._meta.db_table),
        SQL(", ").join(Identifier(each.attname) for each in fields),
        SQL(", ").join([Placeholder()] * len(fields)),
    )
    row = connection.execute(insert, [getattr(user, each.attname) for each in fields]).fetchone()
    assert row
    return int(row[0])


def token(user: int) -> str:
    """Return an access token of a user of a service that has the keys of this process."""
    from todoproject.accounts.tokens import issue_access  # noqa: PLC0415  Django is set up by now

    return issue_access(user)


def manage(environment: Mapping[str, str], *words: str, stdin: str = "") -> str:
    """Run `manage.py` in a process of its own; what it says on stderr is part of the failure."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"manage.py {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout


@contextmanager
def running(environment: Mapping[str, str], log: Path) -> Generator[Service, None, None]:
    """Start gunicorn on a free port, wait until it is ready, and stop it at the end if it still runs."""
    own = {**environment, "BIND_ADDRESS": "127.0.0.1"}
    gunicorn = Gunicorn(own, log)
    service = Service(f"http://127.0.0.1:{gunicorn.port}", gunicorn.process, own | {"PORT": str(gunicorn.port)}, log)
    try:
        gunicorn.wait_for(200)
        yield service
    finally:
        _end(gunicorn.process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # workers that outlived a killed arbiter
    process.wait(timeout=10)


@contextmanager
def migrated_database(name: str) -> Generator[dict[str, str], None, None]:
    """Make a migrated database, and yield the environment that leads there; dropped at the end."""
    with empty_database(name, template=_migrated()) as environment:
        yield environment


@cache
def _migrated() -> str:
    """Return the name of a database that is migrated once a session: a copy costs a tenth of the migrations.

    It is itself a copy of the tests' own database where `django_db_setup` has made that.
    """
    from django.db import connection  # noqa: PLC0415  Django is set up by now

    tests_own = connection.settings_dict["NAME"]
    if tests_own.startswith("test_"):
        assert not connection.in_atomic_block
        connection.close()  # PostgreSQL copies what nobody uses
        TEMPLATES.enter_context(empty_database("todo_migrated", template=tests_own))
    else:
        manage(TEMPLATES.enter_context(empty_database("todo_migrated")), "migrate", "--verbosity=0")
    return "todo_migrated"


#: Closed at the end of the session.
TEMPLATES = ExitStack()


@contextmanager
def empty_database(name: str, *, template: str = "template1") -> Generator[dict[str, str], None, None]:
    """Make an empty database, or a copy, and yield the environment that leads there; dropped at the end."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", **variables_of(name)}
    with connected() as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield environment
    with connected() as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def variables_of(name: str) -> dict[str, str]:
    """Return what leads a service to a database beside the one of this process."""
    if url := os.environ.get("DATABASE_URL"):
        return {"DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
    return {"DB_NAME": name}


def connected(database: str = "") -> psycopg.Connection[tuple[Any, ...]]:
    """Connect as the owner to a database of the above, or to one that is always there."""
    if url := os.environ.get("DATABASE_URL"):
        to = urlsplit(url)._replace(path=f"/{database}").geturl() if database else url
        return psycopg.connect(to, autocommit=True, connect_timeout=10)
    user, password = (
        Path(os.environ[name]).read_text(encoding="utf-8").strip() for name in ("DB_USERNAME_FILE", "DB_PASSWORD_FILE")
    )
    return psycopg.connect(
        host=os.environ["DB_HOST"],
        port=os.environ["DB_PORT"],
        user=user,
        password=password,
        dbname=database or "service",
        autocommit=True,
        connect_timeout=10,
    )
