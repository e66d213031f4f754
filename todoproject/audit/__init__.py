"""The audit trail: `record` logs who did what, from where, to which rows, on the logger `audit`.

docs/audit.md lists the actions. The trail holds ids of rows and names of fields, and never values: other people read
it, it is kept longer than the rows, and nothing can be deleted from it.
"""

import logging
from collections.abc import Iterable
from itertools import batched
from typing import Any

from django.db import connection, transaction

from todoproject.logs.context import address, user_id

logger = logging.getLogger("audit")

# The container runtime cuts lines at 16 KiB. The longest ids (UUID) take 40 characters each, which makes 12,000.
TARGETS_IN_A_LINE = 300


def record(  # noqa: PLR0913  members of a line, each named
    action: str,
    *,
    actor: int | None = None,
    target: object = None,
    targets: Iterable[object] | None = None,
    count: int | None = None,
    changes: Iterable[str] = (),
    reason: str = "",
) -> None:
    """Record that `action` (``user.changed``) happened; in a transaction only if it commits.

    `actor` is a user's id, by default that of the request. `target` is the id of a row, `targets` the ids of the rows
    of one statement (a line for each 300 of them), `count` their number. `changes` are names of fields. No member may
    hold text of a client. Waits only for the write to stdout.
    """
    what: dict[str, Any] = {"action": action, "address": address.get()}
    what["user_id"] = user_id.get() if actor is None else actor
    if target is not None:
        what["target"] = str(target)
    if count is not None:
        what["count"] = count
    if names := sorted(changes):
        what["changes"] = names
    if reason:
        what["reason"] = reason
    lines = [what]
    if targets is not None:
        lines = [{**what, "targets": ids, "count": len(ids)} for ids in batched(map(str, targets), TARGETS_IN_A_LINE)]

    def write() -> None:
        for line in lines:
            logger.info("%s", action, extra=line)

    if connection.in_atomic_block:
        transaction.on_commit(write, robust=True)
    else:
        write()
