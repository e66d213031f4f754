"""The laptop's database is prepared however long that takes: five seconds bound a request, not this."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from local import prepare
from local.resource import RESOURCES
from tests.postgresql_plugin import ROOT
from tests.service import connected, migrated_database

TABLE = RESOURCES[0].table if RESOURCES else ""
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("django_db_setup")]
SLOW = f"""
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM {TABLE}) THEN PERFORM pg_sleep(6); END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER slow BEFORE INSERT ON {TABLE} EXECUTE FUNCTION slow();
"""


@pytest.mark.skipif(not RESOURCES, reason="there is no resource, and no demo data")
def test_demo_data_of_which_a_statement_takes_six_seconds_is_loaded(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("correct horse battery staple")
    with migrated_database("todo_slow") as environment:
        with connected("todo_slow") as owner:
            owner.execute(SLOW)
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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("edit", "said"),
    [("DROP COLUMN version", "has no column version"), ("ADD former int NOT NULL", "still needs a column former")],
)
def test_a_migration_that_was_edited_after_it_was_applied_is_named_with_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, edit: str, said: str
) -> None:
    monkeypatch.setenv("STATEMENT_TIMEOUT_MS", "0")  # or `main` sets it for all tests that follow
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE conformance_notice {edit}")
    assert prepare.main() == 3
    written = capsys.readouterr()
    assert written.out == ""
    assert f"The table conformance_notice {said}" in written.err
    assert "make stop && rm -r .local" in written.err
