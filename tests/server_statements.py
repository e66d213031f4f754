"""Counts statements as PostgreSQL sees them, through pg_stat_statements: nothing that Django hides is missed."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg

from local.postgresql import Server

TRANSACTION_WORDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class Statement(NamedTuple):
    """A statement with its constants replaced by $1, $2, …, and how often it ran."""

    text: str
    calls: int


class ServerStatements:
    """Statements that ran in `database` between two moments."""

    def __init__(self, server: Server, database: str) -> None:
        self._server, self._database = server, database
        self.seen: list[Statement] = []
        with server.connect(database) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")

    @contextmanager
    def counted(self) -> Generator["ServerStatements", None, None]:
        """Count within a `with` block: afterwards `queries`, `transactions` and `seen` hold what ran."""
        with self._server.connect() as connection:
            connection.execute("SELECT pg_stat_statements_reset()")
        yield self
        with self._server.connect(self._database) as connection:
            rows = connection.execute(
                "SELECT query, calls FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid "
                "JOIN pg_roles r ON r.oid = s.userid WHERE toplevel AND datname = %s AND NOT rolsuper",
                [self._database],
            ).fetchall()
        self.seen = [Statement(str(text), int(calls)) for text, calls in rows]

    @property
    def queries(self) -> list[Statement]:
        """Everything but the words that open and close a transaction."""
        return [statement for statement in self.seen if not statement.text.startswith(TRANSACTION_WORDS)]

    @property
    def transactions(self) -> list[Statement]:
        """BEGIN, COMMIT and their kind."""
        return [statement for statement in self.seen if statement.text.startswith(TRANSACTION_WORDS)]

    @property
    def count(self) -> int:
        """Count the queries, without those that begin and end transactions."""
        return sum(statement.calls for statement in self.queries)


def available(server: Server) -> bool:
    """Return whether the server counts at all: the extension must be loaded since its start."""
    try:
        with server.connect() as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
            connection.execute("SELECT count(*) FROM pg_stat_statements")
    except psycopg.Error:
        return False
    return True
