"""Some hundred todos that look real, the same ones every time."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from todos.models import Todo

TITLES = """\
Send the quarterly report
Review the quarterly report
Draft the slides for Thursday
Order new badges for the team
Book a table for six
Book the train to Lisbon
Renew the travel insurance
Renew the parking permit
Return the library books
File the tax return
Call the dentist
Buy grandmother's birthday present
Fix the kitchen tap
Paint the garden fence
Change to winter tyres
Water Grace's plants
Plan the backup restore drill
Draft the release notes
Update the on-call rota
Tune the piano""".splitlines()
NOTES = ("", "", "Ask Ada first.", "The number is on the fridge.", "Only before noon.", "Costs about 40 €.")


def demo_rows(owner_id: int, count: int, now: datetime, seed: str = "") -> Iterator[Todo]:
    """Yield `count` unsaved todos of the last 90 days, the oldest first; equal for equal arguments."""
    chance = random.Random(f"{seed}{owner_id}")  # noqa: S311  demo data, no secret
    for created_at in sorted(now - timedelta(minutes=chance.randrange(90 * 24 * 60)) for _ in range(count)):
        due_at = created_at + timedelta(hours=chance.randrange(8, 24 * 60)) if chance.random() < 0.6 else None
        completed_at = created_at + (now - created_at) * chance.random() if chance.random() < 0.55 else None
        yield Todo(
            owner_id=owner_id,
            title=chance.choice(TITLES),
            description=chance.choice(NOTES),
            completed=completed_at is not None,
            completed_at=completed_at,
            order=chance.randrange(1, 100) if chance.random() < 0.3 else None,
            due_at=due_at,
            created_at=created_at,
            updated_at=completed_at or created_at,
            version=1 + (completed_at is not None),
        )
