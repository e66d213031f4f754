"""The database's address, credentials and connection options, from the environment.

https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

import os
import re
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from todoproject.secrets.environment import env, secret, whole_number
from todoproject.secrets.files import SecretText

POSTGRES = r"postgres(ql)?://[^/]"


def database() -> dict[str, Any]:
    """Return HOST, PORT, NAME, secrets and OPTIONS for DATABASES, from DATABASE_URL or from the DB_… variables."""
    if "DATABASE_URL" not in os.environ:
        return {
            "HOST": env.str("DB_HOST", default="127.0.0.1"),
            "PORT": whole_number("DB_PORT", default=5432, minimum=1, maximum=65535),
            "NAME": env.str("DB_NAME", default="service"),
            "USERNAME_SECRET": secret("DB_USERNAME", debug_default="service_app"),
            "PASSWORD_SECRET": secret("DB_PASSWORD", debug_default="debug-only"),
            "OPTIONS": connection_options(),
        }
    others = sorted(name for name in os.environ if name.startswith("DB_"))
    if others:
        raise ImproperlyConfigured(f"DATABASE_URL is set, and so is {', '.join(others)}: keep one way.")
    try:
        parsed = env.db_url("DATABASE_URL") if re.match(POSTGRES, os.environ["DATABASE_URL"]) else {}
    except (ValueError, ImproperlyConfigured):  # their text may hold a part of the password
        parsed = {}
    if not all(parsed.get(part) for part in ("NAME", "USER", "PASSWORD")):
        raise ImproperlyConfigured(
            "DATABASE_URL must be postgres://user:password@host:port/name, with special characters of the password as "
            "%XX: ? is %3F, # is %23, / is %2F, @ is %40."
        )
    return {
        "HOST": parsed["HOST"],
        "PORT": parsed["PORT"] or 5432,
        "NAME": parsed["NAME"],
        "USERNAME_SECRET": SecretText("DATABASE_URL's user", parsed["USER"]),
        "PASSWORD_SECRET": SecretText("DATABASE_URL's password", parsed["PASSWORD"]),
        "OPTIONS": connection_options() | parsed.get("OPTIONS", {}),
    }


def connection_options() -> dict[str, Any]:
    """Return OPTIONS for DATABASES: bounded waits, keepalives, and our name in pg_stat_activity.

    STATEMENT_TIMEOUT_MS is 5 s for requests; ``manage.py`` sets 0, because a migration may take longer.
    """
    timeout_ms = whole_number("STATEMENT_TIMEOUT_MS", default=5000)
    colour = env.str("COLOUR", default="")
    options: dict[str, Any] = {
        # libpq's minimum, a thousand times longer than a healthy connect.
        "connect_timeout": 2,
        "application_name": f"todoproject {colour}".rstrip(),
        # Requests and migrations wait two seconds for a lock: an ALTER TABLE that waits blocks all later requests.
        "options": f"-c statement_timeout={timeout_ms} -c idle_in_transaction_session_timeout={timeout_ms} "
        "-c lock_timeout=2000 "
        # On an SSD each page costs about the same. PostgreSQL's default of 4 is for turning disks: the last rows of a
        # list would come by bitmap and be sorted.
        "-c random_page_cost=1.1",
        # If the server does not end a statement by itself (todoproject.postgresql.driver).
        "seconds_to_answer": timeout_ms / 1000 + 2 if timeout_ms else None,
        # If the server vanishes (failover, lost node): it must acknowledge bytes within 3 s, and a silent connection is
        # tested after 10 s, three times, 3 s apart.
        "tcp_user_timeout": 3000,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
    }
    if role := database_role():
        # This role owns new tables, so that they keep their owner when the login rotates.
        options["options"] += f" -c role={role}"
    if mode := env.str("DB_SSLMODE", default=""):
        options["sslmode"] = mode
    if authorities := env.str("DB_SSLROOTCERT", default=""):
        options["sslrootcert"] = authorities
    return options


def database_role() -> str:
    """Return DB_ROLE, the role that a session takes after its login, "" to keep that of the login."""
    role: str = env.str("DB_ROLE", default="")
    if not re.fullmatch(r"([a-z_][a-z0-9_]{0,62})?", role):
        raise ImproperlyConfigured(f"DB_ROLE={role!r} is no name of a role: give one as service_owner, or nothing.")
    return role
