"""Everybody does the same work: each contender's list of the same caller is the same JSON."""

import json
from datetime import datetime
from typing import Any

from benchmarks.http_load import ask_once
from benchmarks.serving import Serving

TIMES = ("completed_at", "due_at", "created_at", "updated_at")


class UnequalError(Exception):
    """A contender answers something else."""


def todos_in(answer: bytes) -> list[dict[str, Any]]:
    """Return the todos of an answer; DRF's pages wrap them."""
    document = json.loads(answer.partition(b"\r\n\r\n")[2])
    todos: list[dict[str, Any]] = document["results"] if isinstance(document, dict) else document
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


def require_equal(reference: Serving, other: Serving, request: bytes, *, milliseconds: bool) -> None:
    """Raise `UnequalError` unless both answer `request` with the same 20 todos, members in the same order or not."""
    mine, theirs = (todos_in(ask_once(serving.port, request)) for serving in (reference, other))
    if milliseconds:
        mine, theirs = in_milliseconds(mine), in_milliseconds(theirs)
    if len(mine) != 20 or mine != theirs:
        raise UnequalError(
            f"{other.name} answers {json.dumps(theirs[:1])}, and {reference.name} {json.dumps(mine[:1])}"
        )
