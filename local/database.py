"""The database of a command: that of DATABASE_URL, or the PostgreSQL in .local/."""

import os
from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict

from local.binaries import MINIMUM
from local.environment import database_variables
from local.refusal import Refusal
from local.secrets import read_secret
from local.state import State

CONNECT_SECONDS = 5


@contextmanager
def database(state: State) -> Generator[dict[str, str], None, None]:
    """Yield the variables of the database; the server in .local/ runs until the end of the block."""
    if url := os.environ.get("DATABASE_URL"):
        require_usable(url)
        yield {"DATABASE_URL": url}
        return
    server = state.server
    try:
        server.start()
        server.provide(
            "service",
            role=read_secret(state.secrets, "db_username"),
            password=read_secret(state.secrets, "db_password"),
        )
        yield database_variables(state.secrets, port=server.port)
    finally:
        server.stop()


def require_usable(url: str) -> None:
    """Raise Refusal unless `url` is that of a new enough PostgreSQL that accepts the login."""
    if not _well_formed(url):
        raise Refusal("DATABASE_URL cannot be used: it must look like postgres://user:password@host:5432/name.")
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            number = connection.info.server_version
    except psycopg.Error as error:
        raise Refusal(f"DATABASE_URL cannot be used: {_one_line(error)}.") from error
    if number < MINIMUM * 10_000:
        raise Refusal(
            f"DATABASE_URL leads to PostgreSQL {number // 10_000}, and the service needs {MINIMUM} or newer: give "
            "another, or unset DATABASE_URL to use one of this machine."
        )


def _well_formed(url: str) -> bool:
    """Ask libpq, but do not show its error, which may hold the password."""
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return False
    return url.startswith(("postgres://", "postgresql://"))


def _one_line(error: psycopg.Error) -> str:
    """Return the first line of libpq's error, which is the reason; hints follow it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".?") if lines else type(error).__name__
