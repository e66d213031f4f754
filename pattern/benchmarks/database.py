"""PostgreSQL as `make run` makes it, with the settings of a small production server, and the rows of the yardstick."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from local.environment import database_variables, service_environment
from local.manage import manage
from local.postgresql import Server
from local.secrets import ensure_secrets, read_secret
from pattern.benchmarks import cores

# A write is on the disk when it is answered (fsync, synchronous_commit and full_page_writes are on, the defaults).
# shared_buffers is a quarter of 1 GiB, as RDS has it by default (DBInstanceClassMemory/32768 pages of 8 KiB,
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Tuning.concepts.memory.html). With 2 GB of log no
# checkpoint falls into a turn because the log is full; the rest is for the many servers and for making indexes.
SETTINGS = {"shared_buffers": "256MB", "max_connections": "400", "max_wal_size": "2GB", "maintenance_work_mem": "512MB"}
SCHEMA = "todo_schema"
LIST_INDEX = "todo_by_created_at"
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'todos_todo' AND indexname LIKE 'todo\\_by\\_%'"

USERS = """
INSERT INTO accounts_user
    (username, password, is_superuser, is_staff, is_active, first_name, last_name, email, date_joined)
SELECT 'caller-' || n, '!', false, false, true, '', '', '', now() FROM generate_series(1, %s) AS n
"""
# Owners take turns, so that the rows of one lie scattered over the table. Times have microseconds, as real ones do.
TODOS = """
INSERT INTO todos_todo
    (owner_id, title, description, completed, completed_at, "order", due_at, created_at, updated_at, version)
SELECT %(first)s + n %% %(users)s,
    'Review the release notes, number ' || n,
    CASE WHEN n %% 4 = 0 THEN '' ELSE repeat('Ask the others before Thursday. ', 1 + n %% 4) END,
    n %% 3 = 0,
    CASE WHEN n %% 3 = 0 THEN moment END,
    CASE WHEN n %% 5 = 0 THEN n %% 1000 END,
    CASE WHEN n %% 2 = 0 THEN moment + interval '30 days' END,
    moment, moment, 1
FROM (SELECT n, timestamptz '2025-01-01 00:00:00.000001Z' + n * interval '1.000003 seconds' AS moment
      FROM generate_series(1, %(rows)s) AS n) AS made
"""
# The same moments and texts, as visits of tests/conformance.
VISITS = """
INSERT INTO conformance_inspection
    (owner_id, site_id, title, notes, rooms, cost, urgent, day, priority, distance, closed_on, starts_at,
     created_at, updated_at)
SELECT owner_id, 1, left(title, 60), description, 1, 0, completed, created_at, 'normal', "order", completed_at, due_at,
    created_at, updated_at
FROM todos_todo
"""


@dataclass(frozen=True)
class Database:
    """One filled database."""

    name: str
    rows: int
    #: Ids of the users that own rows; they follow each other.
    owners: range


@dataclass(frozen=True)
class Yardstick:
    """The running PostgreSQL and the secrets of its users."""

    folder: Path
    server: Server

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def pid(self) -> int:
        """PostgreSQL's first process, whose children serve."""
        return self.server.pid()

    def environment(self, database: str) -> dict[str, str]:
        """Return the service's environment, as `make run` gives it."""
        return service_environment(
            self.secrets, database=database_variables(self.secrets, port=self.server.port, name=database)
        )

    def url(self, database: str) -> str:
        """Return a DATABASE_URL for programs other than the service."""
        role, password = (read_secret(self.secrets, name) for name in ("db_username", "db_password"))
        return f"postgresql://{role}:{password}@127.0.0.1:{self.server.port}/{database}"

    def filled(self, name: str, *, rows: int, users: int, read_only: bool = False) -> Database:
        """Make a database of its own with `rows` todos of `users` users; indexes are made behind the rows.

        One to be `read_only` needs no log, and of the indexes only the list's own: others cost a list nothing.
        """
        role = sql.Identifier(read_secret(self.secrets, "db_username"))
        with self.server.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name), role, sql.Identifier(SCHEMA)
                )
            )
        with self.server.connect(name) as connection:
            # Foreign keys hold by construction; nothing here has to survive a loss of power.
            connection.execute("SET session_replication_role = replica")
            connection.execute("SET synchronous_commit = off")
            connection.execute(USERS, [users])
            (first,) = connection.execute("SELECT min(id) FROM accounts_user").fetchone() or (0,)
            definitions = dict(connection.execute(INDEXES).fetchall())
            for index in definitions:
                connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
            if read_only:
                connection.execute("ALTER TABLE todos_todo SET UNLOGGED")
                definitions = {LIST_INDEX: definitions[LIST_INDEX]}
            connection.execute(TODOS, {"first": first, "users": users, "rows": rows})
            if not read_only:
                connection.execute(VISITS)
                connection.execute("ANALYZE conformance_inspection")
            for definition in definitions.values():
                connection.execute(definition.encode())
            connection.execute("VACUUM (ANALYZE) todos_todo")
            connection.execute("CHECKPOINT")
        return Database(name, rows, range(first, first + users))


@contextmanager
def yardstick(folder: Path) -> Generator[Yardstick]:
    """Run PostgreSQL in `folder`, which is emptied before and after, on its own core."""
    made = Yardstick(folder, Server(folder / "postgresql", SETTINGS))
    made.server.stop()  # of a killed run
    shutil.rmtree(folder, ignore_errors=True)
    ensure_secrets(made.secrets)
    try:
        with cores.on(cores.REST):
            made.server.start()
        role, password = (read_secret(made.secrets, name) for name in ("db_username", "db_password"))
        made.server.provide(SCHEMA, role=role, password=password)
        settings = {"DJANGO_SETTINGS_MODULE": "pattern.benchmarks.conformance_settings"}
        if manage({**os.environ, **made.environment(SCHEMA), **settings}, ["migrate", "--verbosity=0"]):
            raise RuntimeError("the migrations failed: why is above")
        yield made
    finally:
        made.server.stop()
        shutil.rmtree(folder, ignore_errors=True)
