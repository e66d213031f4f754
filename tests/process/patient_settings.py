"""The service's settings for tests that turn secrets and count each request that fails.

A new connection may take longer than a busy machine stands still: what production's two seconds are for is
test_database_loss.py. Files are looked at each second: test_secret_files.py holds the five of production.
"""

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES
from todoproject.secrets import files

DATABASES["default"]["OPTIONS"]["connect_timeout"] = 60
files.LOOK_SECONDS = 1.0
