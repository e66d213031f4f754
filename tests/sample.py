"""The resource, for the tests of what every service promises: a service with other fields rewrites this file.

And tests/factories.py, tests/api/resource/ and what tests/admin says of a to-do, which are about the resource itself.
tests/api/test_sample.py names what is forgotten here. A body is what JSON carries and, as keyword arguments, what the
model takes.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

PATH = "/todos"


# ── Members ──────────────────────────────────────────────────────────────────────────────────────────────────────────
class Text(NamedTuple):
    """How long a text may be, and whether it may be blank."""

    characters: int
    blank: bool


#: A member that a body must have, a text. Any text of `TEXTS[TEXT]` is accepted, and found by `SEARCH`.
TEXT = "title"

#: Every writable member by its kind; a kind that the resource does not have is empty.
TEXTS = {TEXT: Text(200, blank=False), "description": Text(10_000, blank=True)}
FLAGS = ["completed"]
INTEGERS = ["order"]  # of 32 bits
MOMENTS = ["due_at"]  # with a zone
READ_ONLY = ["id", "url", "completed_at", "created_at", "updated_at"]

# ── Bodies ───────────────────────────────────────────────────────────────────────────────────────────────────────────
#: The least that is accepted, and the same with another text.
SAMPLE: dict[str, Any] = {TEXT: "A todo"}
OTHER = SAMPLE | {TEXT: "Another"}

#: Every writable member, in the order of the serializer; no value is the default.
EVERYTHING: dict[str, Any] = {
    TEXT: "Everything",
    "description": "With all members",
    "completed": True,
    "order": -3,
    "due_at": "2026-12-01T09:00:00Z",
}

#: Accepted, and with several members that are not what `SAMPLE` makes them; the same as changes of one member each.
CHANGED: dict[str, Any] = SAMPLE | {TEXT: "Changed", "order": 5, "completed": True}
CHANGES = [{member: value} for member, value in CHANGED.items() if SAMPLE.get(member) != value]

# ── Lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────
SORT_KEYS = ["created_at", "updated_at", "due_at", "order", "title"]
ORDERINGS = [sign + key for key in SORT_KEYS for sign in ("", "-")]

#: The filters by their kind; a text filter with how long it may be.
FLAG_FILTERS = ["completed"]
MOMENT_FILTERS = ["due_before", "due_after"]
SEARCH = "q"
TEXT_FILTERS = {SEARCH: 200}

#: A row, and each filter with a value that finds it.
FOUND: dict[str, Any] = SAMPLE | {TEXT: "Found", "due_at": "2026-12-24T00:00:00Z"}
FINDING = {
    "completed": "false",
    "due_before": "2027-01-01T00:00:00Z",
    "due_after": "2026-01-01T00:00:00Z",
    SEARCH: "Found",
}

#: Two queries, of which the first finds `FOUND`: they narrow differently, or say the same in other words.
DIFFERENT_FILTERS: list[tuple[dict[str, str], dict[str, str]]] = [
    ({SEARCH: "Found"}, {}),
    ({SEARCH: "Found"}, {SEARCH: "found"}),
    ({"completed": "false"}, {"completed": "true"}),
    ({"due_before": "2027-01-01T00:00:00Z"}, {"due_after": "2027-01-01T00:00:00Z"}),
    ({"due_before": "2027-01-01T00:00:00Z"}, {"due_before": "2027-01-01T00:00:01Z"}),
]
SAME_FILTERS = [({"due_before": "2027-01-01T00:00:00Z"}, {"due_before": "2027-01-01T01:00:00+01:00"})]

MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)


def sorted_values(number: int) -> dict[str, Any]:
    """Return what the model takes for row `number`: several rows share each key, and some have none where one may."""
    return SAMPLE | {
        "title": f"Todo {number % 3}",
        "order": None if number % 4 == 0 else number % 3 - 1,
        "due_at": None if number % 5 == 0 else MORNING + timedelta(days=number % 3),
        "created_at": MORNING + timedelta(hours=number % 4),
        "updated_at": MORNING + timedelta(hours=number % 2),
    }


#: Filters that all rows of `sorted_values` meet.
FINDING_ALL = {SEARCH: "todo", "completed": "false"}


def longest_values(character: str) -> dict[str, Any]:
    """Return a row whose sort keys are as long as they can be, its text made of `character`."""
    return SAMPLE | {TEXT: character * 200, "due_at": "2026-12-24T00:00:00.123456Z", "order": -(2**31)}


def longest_filters(character: str) -> dict[str, str]:
    """Return the longest filters that find the row of `longest_values`."""
    return {
        SEARCH: character * 200,
        "completed": "false",
        "due_after": "2026-01-01T00:00:00.123456789+00:00",
        "due_before": "2027-01-01T00:00:00.123456789+00:00",
    }
