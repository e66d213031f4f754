"""Django's migrate, one at a time: a second one waits, and then has nothing to do."""

import time
from contextlib import suppress
from typing import Any

from django.core.management.commands import migrate
from django.db import DatabaseError, connections

# Any number that no other lock uses. The session holds the lock, so it ends with a migrate that is killed.
LOCK = 7_133_908_126_403
WAIT_SECONDS = 1.0


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """Take the lock before the plan is made: otherwise the second would apply the same migrations."""
        with connections[options["database"]].cursor() as cursor:
            said = False
            while not self._locked(cursor):
                if not said:
                    self.stderr.write("Another migrate is running: waiting until it has ended.")
                said = True
                time.sleep(WAIT_SECONDS)
            try:
                super().handle(*args, **options)
            finally:
                with suppress(DatabaseError):  # the session is broken, and its lock gone
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    @staticmethod
    def _locked(cursor: Any) -> bool:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])
