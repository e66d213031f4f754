"""Two migrations at once: the second waits for the first, and makes its plan afterwards."""

import threading
import time
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from tests.service import connected
from todoproject.maintenance.management.commands.migrate import LOCK


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_migrations_at_once_the_second_waits_and_finds_nothing_to_do() -> None:
    said, complained = StringIO(), StringIO()

    def migrate() -> None:
        call_command("migrate", stdout=said, stderr=complained)
        connection.close()

    second = threading.Thread(target=migrate)
    with connected(connection.settings_dict["NAME"]) as first:
        first.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        last = "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations) RETURNING *"
        applied = first.execute(last).fetchone()
        try:
            second.start()
            deadline = time.monotonic() + 60
            while "Another migrate is running" not in complained.getvalue():
                assert time.monotonic() < deadline, "the second does not wait"
                time.sleep(0.02)
            assert said.getvalue() == ""
        finally:
            first.execute("INSERT INTO django_migrations VALUES (%s, %s, %s, %s)", applied)
    second.join(60)
    assert "No migrations to apply" in said.getvalue()
