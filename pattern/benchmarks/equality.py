"""Everybody does the same work: each contender's list of the same caller is the same JSON."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from pattern.benchmarks.http_load import ask_once
from pattern.benchmarks.serving import Serving

TIMES = ("completed_at", "due_at", "created_at", "updated_at")


class UnequalError(Exception):
    """A contender answers something else."""


def todos_in(answer: bytes) -> list[dict[str, Any]]:
    """Return the todos of an answer, one or many; DRF's pages wrap them."""
    document = json.loads(answer.partition(b"\r\n\r\n")[2])
    todos: list[dict[str, Any]] = document.get("results", [document]) if isinstance(document, dict) else document
    return todos


def in_milliseconds(todos: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the todos with times cut to milliseconds, which is all that Django's JSON encoder writes of them.

    https://docs.djangoproject.com/en/5.2/topics/serialization/#djangojsonencoder
    """
    return [
        {
            name: value and datetime.fromisoformat(value).isoformat(timespec="milliseconds") if name in TIMES else value
            for name, value in todo.items()
        }
        for todo in todos
    ]


def require_equal(  # noqa: PLR0913  each named
    reference: Serving,
    other: Serving,
    request: bytes,
    *,
    count: int = 1,
    milliseconds: bool = False,
    ignoring: Collection[str] = (),
) -> None:
    """Raise `UnequalError` unless both answer `request` with the same todos, `count` of them, but for some members."""
    mine, theirs = (
        [{name: value for name, value in todo.items() if name not in ignoring} for todo in todos_in(answer)]
        for answer in (ask_once(serving.port, request) for serving in (reference, other))
    )
    if milliseconds:
        mine, theirs = in_milliseconds(mine), in_milliseconds(theirs)
    if len(mine) != count or mine != theirs:
        raise UnequalError(
            f"{other.name} answers {json.dumps(theirs[:1])}, and {reference.name} {json.dumps(mine[:1])}"
        )
