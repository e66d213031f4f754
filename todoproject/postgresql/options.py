"""The options of every database connection.

https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

import re
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from todoproject.secrets.environment import env, whole_number


def connection_options() -> dict[str, Any]:
    """Return OPTIONS for DATABASES: bounded waits, a name to find us by in pg_stat_activity, keepalives.

    STATEMENT_TIMEOUT_MS is 5 s for requests; ``manage.py`` sets 0, since a migration may take its time.
    """
    timeout_ms = whole_number("STATEMENT_TIMEOUT_MS", default=5000)
    colour = env.str("COLOUR", default="")
    options: dict[str, Any] = {
        # The smallest that libpq takes. Longer than a healthy connect by three orders of magnitude, and with its
        # Retry-After still an answer within a client's patience.
        "connect_timeout": 2,
        "application_name": f"todoproject {colour}".rstrip(),
        # A request waits for a row lock as long as one other request may hold it, a migration no longer than that
        # either: an ALTER TABLE that waits blocks all who come after it.
        "options": f"-c statement_timeout={timeout_ms} -c idle_in_transaction_session_timeout={timeout_ms} "
        "-c lock_timeout=2000 "
        # On an SSD a page costs about the same wherever it lies. PostgreSQL's default of 4 is for turning disks, and
        # makes it fetch the last rows of a list by bitmap and sort them.
        "-c random_page_cost=1.1",
        # The server ends a statement by itself; this is for one that does not (todoproject.postgresql.driver).
        "seconds_to_answer": timeout_ms / 1000 + 2 if timeout_ms else None,
        # A server that vanished without a word (failover, lost node): what we sent must be acknowledged within 3 s,
        # and a silent connection is tested after 10 s, three times, 3 s apart.
        "tcp_user_timeout": 3000,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
    }
    if role := database_role():
        # New tables belong to this role, whatever the login: tables keep their owner when a login rotates.
        options["options"] += f" -c role={role}"
    if mode := env.str("DB_SSLMODE", default=""):
        options["sslmode"] = mode
    if authorities := env.str("DB_SSLROOTCERT", default=""):
        options["sslrootcert"] = authorities
    return options


def database_role() -> str:
    """Return DB_ROLE, the role that a session takes after its login, or the empty text for the login's own."""
    role: str = env.str("DB_ROLE", default="")
    if not re.fullmatch(r"([a-z_][a-z0-9_]{0,62})?", role):
        raise ImproperlyConfigured(f"DB_ROLE={role!r} is no name of a role: give service_owner, say, or nothing.")
    return role
