"""The laptop's database is prepared however long that takes: five seconds bound a request, not this."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgresql_plugin import ROOT
from tests.service import manage, migrated_database

pytestmark = pytest.mark.slow

SLOW = """
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM todos_todo) THEN PERFORM pg_sleep(6); END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER slow BEFORE INSERT ON todos_todo EXECUTE FUNCTION slow();
"""


def test_demo_data_of_which_a_statement_takes_six_seconds_is_loaded(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("correct horse battery staple")
    with migrated_database("todo_slow") as environment:
        manage(
            environment,
            "shell",
            "--no-imports",
            "-c",
            f"from django.db import connection as c\nc.cursor().execute('''{SLOW}''')",
        )
        done = subprocess.run(
            [sys.executable, "-m", "local.prepare"],
            cwd=ROOT,
            env={**environment, "DEMO_PASSWORD_FILE": str(password)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert (done.returncode, len(done.stdout.split())) == (0, 1), done.stderr
