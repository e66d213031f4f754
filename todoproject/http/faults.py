"""Faults on demand, for rehearsals and for the tests of releases: FAULTS names them, and by default there are none.

- errors: whatever a view would have answered is a 500.
- latency: it comes a second later.
- unready: /readyz stays red.
- crash: gunicorn ends as soon as it has begun.

Without FAULTS no middleware is installed: nothing of this is on a request's way.
"""

import os
import sys
from collections.abc import Sequence

KNOWN = ("errors", "latency", "unready", "crash")

HEALTH = "todoproject.server.health.HealthMiddleware"
VIEWS = "todoproject.http.fault_middleware.ViewFaultsMiddleware"
READINESS = "todoproject.http.fault_middleware.UnreadyMiddleware"


def installed(middleware: Sequence[str], faults: Sequence[str]) -> list[str]:
    """Return the middleware with that of the faults: readiness is red before the health checks could be green, and
    views fail inside of logs and metrics, which must see what users see.
    """
    chosen = list(middleware)
    if "unready" in faults:
        chosen.insert(chosen.index(HEALTH), READINESS)
    if {"errors", "latency"} & set(faults):
        chosen.append(VIEWS)
    return chosen


def crash_if_asked(faults: Sequence[str]) -> None:
    """End this process with exit code 3. Only gunicorn's start calls it: migrations go on."""
    if "crash" in faults:
        sys.stderr.write("FAULTS=crash: this process ends, as asked.\n")
        sys.stderr.flush()
        os._exit(3)
