"""The audit trail: one line on the logger `audit` for each thing that somebody did: who, from where, to which rows.

Call sites say ``audit.record(…)``; docs/audit.md lists the actions.

Rows are named by their ids and changes by the names of fields, never by values: what a row says is its owner's, while
the trail is read by others, is kept longer, and cannot forget one sentence when its owner asks for that.
"""

import logging
from collections.abc import Iterable
from itertools import batched
from typing import Any

from django.db import connection, transaction

from todoproject.logs.context import address, user_id

logger = logging.getLogger("audit")

# The container runtime cuts a line of stdout at 16 KiB; the longest ids (UUID) take 40 characters each: 12,000.
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
    """Record that `action` (``user.changed``) happened; inside a transaction when, and only if, it commits.

    `actor` is a user's id, that of the request by default. Its object: `target`, an id, or `targets`, the ids
    of one statement (a line for each 300 of them), or only how many, `count`. `changes` are names of fields. No member
    may hold what a client wrote. Waits for nothing but the line on stdout.
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
