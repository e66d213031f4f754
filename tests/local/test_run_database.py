"""`make run` refuses with one sentence what cannot serve, and prepares its database however long that takes."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import connection

from local import ports, prepare, run
from local.binaries import at_hand
from local.database import database, require_usable
from local.refusal import Refusal
from local.resource import RESOURCES
from local.state import State
from tests.postgresql_plugin import ROOT
from tests.service import connected, migrated_database

TABLE = RESOURCES[0].table if RESOURCES else ""
SLOW = f"""
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM {TABLE}) THEN PERFORM pg_sleep(6); END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER slow BEFORE INSERT ON {TABLE} EXECUTE FUNCTION slow();
"""


def refused(call: Any, *arguments: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        call(*arguments)
    (sentence,) = str(refusal.value).splitlines()
    return sentence


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgres://todo:secret@127.0.0.1:{port}/todo", "Connection refused"),
        ("postgres://todo:sec ret@127.0.0.1/todo", "it must look like"),
        ("postgres://todo:secret%zz@127.0.0.1/todo", "it must look like"),
        ("not an address", "DATABASE_URL cannot be used"),
        ("mysql://todo:secret@127.0.0.1/todo", "DATABASE_URL cannot be used"),
    ],
)
def test_an_unusable_database_url_is_one_sentence_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, reason: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url.format(port=ports.any_free()))
    sentence = refused(database(State(tmp_path)).__enter__)
    assert reason in sentence
    assert "sec" not in sentence


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="needs the tests' own PostgreSQL: unset DATABASE_URL")
def test_a_refused_login_behind_database_url_is_one_sentence_without_its_password() -> None:
    sentence = refused(require_usable, f"postgres://service_app:wrong-one@127.0.0.1:{os.environ['DB_PORT']}/todo")
    assert "password authentication failed" in sentence
    assert "wrong-one" not in sentence


def test_a_postgresql_below_15_behind_database_url_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old:
        info = SimpleNamespace(server_version=140_009)

        def __enter__(self) -> "Old":
            return self

        def __exit__(self, *_: object) -> None:
            """Hang up."""

    monkeypatch.setattr(psycopg, "connect", lambda *_, **__: Old())
    sentence = refused(require_usable, "postgres://todo:secret@127.0.0.1/todo")
    assert "DATABASE_URL leads to PostgreSQL 14, and the service needs 15 or newer" in sentence


def test_a_data_directory_of_another_major_version_is_one_sentence_that_names_both(tmp_path: Path) -> None:
    server = State(tmp_path).server
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("14\n")
    sentence = refused(server.start)
    assert "belongs to PostgreSQL 14" in sentence
    assert f"PostgreSQL {at_hand()[0].major}" in sentence
    assert (server.data / "PG_VERSION").exists()


@pytest.mark.parametrize("port", ["80000", "http", "0"])
def test_a_port_that_is_none_is_one_sentence(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    assert f"PORT={port} is no port" in refused(run._port)


@pytest.mark.slow
@pytest.mark.usefixtures("django_db_setup")
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
