"""Counts in one atomic statement, so that requests at the same moment, in any worker or pod, are all counted.

Windows are fixed and begin with the first request: simple, one row an identity, and at worst twice the rate across a
boundary between two windows.
"""

from typing import NamedTuple

from django.db import connection
from django.utils.crypto import salted_hmac

# statement_timestamp() and not now(): a transaction's clock stands still.
COUNT = """
    INSERT INTO throttling_counter AS counter (scope, identity, count, ends_at)
         VALUES (%(scope)s, %(identity)s, 1, statement_timestamp() + %(seconds)s * interval '1 second')
    ON CONFLICT (scope, identity) DO UPDATE
            SET count = CASE WHEN counter.ends_at <= statement_timestamp() THEN 1 ELSE counter.count + 1 END,
                ends_at = CASE WHEN counter.ends_at <= statement_timestamp() THEN excluded.ends_at
                               ELSE counter.ends_at END
      RETURNING count, extract(epoch FROM ends_at - statement_timestamp())::float
"""
# Each new window clears away a few that have ended, so the table stays as large as its traffic.
SWEEP = """
    DELETE FROM throttling_counter
          WHERE id IN (SELECT id FROM throttling_counter WHERE ends_at <= statement_timestamp()
                       ORDER BY ends_at LIMIT 10 FOR UPDATE SKIP LOCKED)
"""


class Window(NamedTuple):
    """The number of this request in its window, from 1, and the seconds until the window ends."""

    number: int
    seconds_left: float


def count_one(scope: str, identity: str, *, seconds: int) -> Window:
    """Count one request of `identity` in a window of `seconds`: one query, two when a window begins."""
    values: dict[str, str | int] = {
        "scope": scope,
        "identity": salted_hmac("todoproject.throttling", identity, algorithm="sha256").hexdigest(),
        "seconds": seconds,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        window = Window(*cursor.fetchone())
        if window.number == 1:
            cursor.execute(SWEEP)
    return window
