"""Connections to the database, and passwords that it never sees in clear."""

import psycopg
from psycopg import sql

from database_access.configuration import Configuration
from database_access.credentials import Credentials


def connect(configuration: Configuration, credentials: Credentials) -> psycopg.Connection[tuple[object, ...]]:
    """Open a connection that commits at the end of its `with` block; give up after 5 s."""
    return psycopg.connect(
        host=configuration.host,
        port=configuration.port,
        dbname=configuration.database,
        sslmode=configuration.sslmode,
        user=credentials.username,
        password=credentials.password,
        connect_timeout=5,
        application_name="database-access",
    )


def can_log_in(configuration: Configuration, credentials: Credentials) -> bool:
    """Say whether the database accepts these credentials; any other trouble than a refused login is raised."""
    try:
        connect(configuration, credentials).close()
    except psycopg.OperationalError as error:
        # libpq gives no SQLSTATE for a refused login: https://www.psycopg.org/psycopg3/docs/api/errors.html
        if "authentication failed" in str(error) or "does not exist" in str(error) or "not permitted" in str(error):
            return False
        raise
    return True


def set_password(connection: psycopg.Connection[tuple[object, ...]], credentials: Credentials) -> None:
    """Give the role its password as a SCRAM verifier made here: no statement log and no statistics see it in clear."""
    verifier = connection.pgconn.encrypt_password(
        credentials.password.encode(), credentials.username.encode(), b"scram-sha-256"
    )
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
            sql.Identifier(credentials.username), sql.Literal(verifier.decode())
        )
    )
