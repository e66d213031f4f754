"""Tells a database that cannot be asked right now from our own fault: 503 with Retry-After, not 500."""

from django.db import InterfaceError, InternalError, OperationalError

# PostgreSQL's codes, https://www.postgresql.org/docs/current/errcodes-appendix.html: 08 connection, 40 serialization
# and deadlock, 53 out of connections, memory or disk, 57 shutdown and statement_timeout, 58 system error;
# 55P03 lock_timeout, 25006 a writer that became a replica (failover), 25P03 idle_in_transaction_session_timeout.
PASSING_CLASSES = ("08", "40", "53", "57", "58", "55P03", "25006", "25P03")

# A failover takes longer, but a restarted connection or a lock does not, and asking is cheap.
RETRY_AFTER_SECONDS = 2

DETAIL = "The database cannot answer right now."


def is_unavailable(exception: BaseException | None) -> bool:
    """Say whether the same request may succeed in some seconds: no connection, a timeout, a restart, a failover.

    Errors without a code come from the connection itself (refused, timed out, lost).
    """
    if not isinstance(exception, InterfaceError | InternalError | OperationalError):
        return False
    code = getattr(exception.__cause__, "sqlstate", None)
    return code.startswith(PASSING_CLASSES) if code else not isinstance(exception, InternalError)
