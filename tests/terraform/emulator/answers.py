"""Questions to a filler, and its answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Question:
    """One request to a service that moto does not know in full."""

    region: str
    method: str
    path: str
    query: Mapping[str, list[str]]
    operation: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A status and a JSON object."""

    status: int
    body: dict[str, Any]


# None: not ours, moto answers.
Filler = Callable[[Question], Answer | None]


def ok(**body: Any) -> Answer:
    """Answer 200 with these keys."""
    return Answer(200, body)


def not_found(what: str) -> Answer:
    """Answer as EKS and most JSON services do for a thing that is not there."""
    return Answer(404, {"__type": "ResourceNotFoundException", "message": f"{what} does not exist"})
