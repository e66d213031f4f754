"""The service's settings, but for how long it waits for a new connection: longer than a busy machine stands still.

For tests that open many connections and count each request that fails. What the two seconds of production are for is
tests/process/test_database_loss.py.
"""

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DATABASES["default"]["OPTIONS"]["connect_timeout"] = 60
