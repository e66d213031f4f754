"""How long a bad day is: minutes in `make chaos` (CHAOS=long), seconds everywhere else; CHAOS_SEED makes another."""

import os
from datetime import UTC, datetime
from random import Random

LONG = os.environ.get("CHAOS") == "long"
# Another one each day, but the same in every CI run: there a failure is to be the change's.
SEED = int(os.environ.get("CHAOS_SEED") or (datetime.now(UTC).toordinal() if LONG else 1))

SECONDS = 10.0 if LONG else 2.0  # that a fault lasts, and that the service has before and behind it, in all
MODEL_STEPS = 20_000 if LONG else 500
MALFORMED = 50_000 if LONG else 1_500
KEYS = 40 if LONG else 3
KILLED_MIGRATIONS = 6 if LONG else 3


def chance() -> Random:
    """Return what decides, the same in every run with this seed."""
    return Random(SEED)  # noqa: S311  a test, no secret
