"""Two migrations at once: the second waits for the first, and both end well."""

import subprocess
import sys

import pytest

from tests.postgresql_plugin import ROOT
from tests.service import empty_database

pytestmark = pytest.mark.slow


def test_of_two_migrations_at_once_the_second_waits_and_finds_nothing_to_do() -> None:
    with empty_database("todo_migrated_twice") as environment:
        both = [
            subprocess.Popen(
                [sys.executable, "manage.py", "migrate"],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            for _ in range(2)
        ]
        try:
            said = [process.communicate(timeout=120) for process in both]
        finally:
            for process in both:
                process.kill()
        assert [process.returncode for process in both] == [0, 0], said
        assert sum("Another migrate is running" in errors for _, errors in said) == 1
        assert sum("No migrations to apply" in output for output, _ in said) == 1
