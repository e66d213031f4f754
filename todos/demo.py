"""Some hundred todos that look like somebody's, the same ones every time."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from todos.models import Todo

VERBS = (
    "Book",
    "Call",
    "Check",
    "Clean",
    "Draft",
    "Finish",
    "Fix",
    "Order",
    "Plan",
    "Renew",
    "Repair",
    "Review",
    "Send",
)
THINGS = (
    "the quarterly report",
    "a table for six",
    "the garden fence",
    "the bicycle's front brake",
    "the travel insurance",
    "new badges for the team",
    "the slides for Thursday",
    "grandmother's birthday present",
    "the backup restore drill",
    "the library books",
    "the customs form",
    "the kitchen tap",
    "the release notes",
    "piano lessons",
    "the winter tyres",
    "a second opinion",
)
NOTES = (
    "",
    "",
    "Ask Ada first.",
    "The number is on the fridge.",
    "Only before noon.",
    "See the thread from last week; two questions are still open.",
    "Costs about 40 €.",
)


def demo_todos(owner_id: int, count: int, now: datetime) -> Iterator[Todo]:
    """Yield `count` unsaved todos of the last 90 days, the oldest first; equal for equal arguments."""
    chance = random.Random(owner_id)  # noqa: S311  demo data, no secret
    for created_at in sorted(now - timedelta(minutes=chance.randrange(90 * 24 * 60)) for _ in range(count)):
        due_at = created_at + timedelta(hours=chance.randrange(8, 24 * 60)) if chance.random() < 0.6 else None
        completed_at = created_at + (now - created_at) * chance.random() if chance.random() < 0.55 else None
        yield Todo(
            owner_id=owner_id,
            title=f"{chance.choice(VERBS)} {chance.choice(THINGS)}",
            description=chance.choice(NOTES),
            completed=completed_at is not None,
            completed_at=completed_at,
            order=chance.randrange(1, 100) if chance.random() < 0.3 else None,
            due_at=due_at,
            created_at=created_at,
            updated_at=completed_at or created_at,
            version=1 + (completed_at is not None),
        )
