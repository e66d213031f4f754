"""Which core does what: servers have one for themselves; load generator and PostgreSQL share the other."""

import os
from collections.abc import Generator
from contextlib import contextmanager

_AVAILABLE = sorted(os.sched_getaffinity(0))
SERVER = {_AVAILABLE[0]}
REST = set(_AVAILABLE[1:2]) or SERVER  # a machine of one core has to share it


@contextmanager
def on(cores: set[int]) -> Generator[None]:
    """Whatever is started in this block runs on `cores`, with all its threads and children."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
