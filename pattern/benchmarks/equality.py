"""Everybody does the same work: each contender's list of the same caller is the same JSON."""

import json
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from pattern.benchmarks.http_load import ask_once, status_of
from pattern.benchmarks.serving import Serving

#: Headers of an answer, in lower case, of a contender "with the same features".
FEATURES = ("etag", "link", "x-request-id", "vary", "content-security-policy", "strict-transport-security")


class UnequalError(Exception):
    """A contender answers something else."""


def todos_in(answer: bytes) -> list[dict[str, Any]]:
    """Return the todos of an answer, one or many; DRF's pages wrap them."""
    document = json.loads(answer.partition(b"\r\n\r\n")[2])
    todos: list[dict[str, Any]] = document.get("results", [document]) if isinstance(document, dict) else document
    return todos


def require_equal(
    reference: Serving, other: Serving, request: bytes, *, count: int = 1, ignoring: Collection[str] = ()
) -> None:
    """Raise `UnequalError` unless both answer `request` with the same todos, `count` of them, but for some members."""
    mine, theirs = (
        [{name: value for name, value in todo.items() if name not in ignoring} for todo in todos_in(answer)]
        for answer in (ask_once(serving.port, request) for serving in (reference, other))
    )
    if len(mine) != count or mine != theirs:
        raise UnequalError(
            f"{other.name} answers {json.dumps(theirs[:1])}, and {reference.name} {json.dumps(mine[:1])}"
        )


def require_features(serving: Serving, request: bytes) -> None:
    """Raise `UnequalError` unless the answer has the headers, leads to another page, and is 304 for its ETag."""
    head = ask_once(serving.port, request).partition(b"\r\n\r\n")[0].decode()
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}
    if missing := [name for name in FEATURES if not headers.get(name)]:
        raise UnequalError(f"{serving.name} answers without {', '.join(missing)}")
    again = request.replace(b"\r\n\r\n", b"\r\nIf-None-Match: " + headers["etag"].encode() + b"\r\n\r\n", 1)
    if status_of(ask_once(serving.port, again)) != 304:
        raise UnequalError(f"{serving.name} answers no 304")
    path = urlsplit(headers["link"].partition(">")[0].removeprefix("<"))
    line = request.partition(b"\r\n")[0]
    following = request.replace(line, f"GET {path.path}?{path.query} HTTP/1.1".encode(), 1)
    if todos_in(ask_once(serving.port, following))[:1] == todos_in(ask_once(serving.port, request))[:1]:
        raise UnequalError(f"{serving.name} leads to the same page again")
