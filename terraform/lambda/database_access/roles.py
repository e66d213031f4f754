"""The database's roles: who owns the schema, who may write rows, who logs in.

service_owner      NOLOGIN  owns the schema and every table; a rotation changes no owner
service_rw         NOLOGIN  reads and writes rows of whatever service_owner makes, now and later
service_migrate    LOGIN    becomes service_owner by `-c role=service_owner`, and has no right of its own
service_app        LOGIN    member of service_rw
service_app_clone  LOGIN    member of service_rw; the other half of the alternating pair
"""

import logging

import psycopg
from psycopg import sql

MIGRATE = "service_migrate"
APP = "service_app"
APP_CLONE = "service_app_clone"

logger = logging.getLogger(__name__)

_ROLES = {
    "service_owner": "NOLOGIN",
    "service_rw": "NOLOGIN",
    # NOINHERIT: what it makes without the option would belong to the wrong role, so it can make nothing without it.
    MIGRATE: "LOGIN NOINHERIT",
    APP: "LOGIN",
    APP_CLONE: "LOGIN",
}

# Every statement may be repeated. `public` is the schema that Django writes to.
_GRANTS = """
GRANT service_owner TO CURRENT_USER;
GRANT service_owner TO service_migrate;
GRANT service_rw TO service_app, service_app_clone;
GRANT CREATE ON DATABASE {database} TO service_owner;
ALTER SCHEMA public OWNER TO service_owner;
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO service_migrate, service_app, service_app_clone;
GRANT USAGE ON SCHEMA public TO service_rw;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO service_rw;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO service_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE service_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO service_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE service_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO service_rw;
"""


def ensure_roles(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """Make what is missing, grant what is due, return the names of the roles that were made."""
    rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(_ROLES)]).fetchall()
    existing = {row[0] for row in rows}
    made = [role for role in _ROLES if role not in existing]
    for role in made:
        connection.execute(sql.SQL("CREATE ROLE {} " + _ROLES[role]).format(sql.Identifier(role)))
    connection.execute(sql.SQL(_GRANTS).format(database=sql.Identifier(connection.info.dbname)))
    return made


def ensure_statement_statistics(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Make the extension pg_stat_statements where the user may: RDS's master may, an ordinary role may not."""
    try:
        with connection.transaction():
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported) as error:
        logger.warning("pg_stat_statements was not made: %s", error)
