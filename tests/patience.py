"""Time bounds for a machine with nothing else to do, on a machine that has."""

import os

# A virtual machine of CI stands still for seconds now and then. On a laptop a bound holds as it is written.
STANDSTILL_SECONDS = 5.0 if os.environ.get("CI") else 0.0


def patient(seconds: float) -> float:
    """Return what `seconds` are here and now: where three processes share a core, each takes three times as long.

    For bounds that say how fast something is. What only separates an end from no end takes a generous number instead.
    """
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) + STANDSTILL_SECONDS
