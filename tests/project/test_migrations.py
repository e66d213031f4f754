"""Migrations: complete, reversible, one at a time, and usable by the release before them, which shares the database."""

import threading
import time
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.postgres.operations import CreateExtension
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations import RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django_migration_linter import MigrationLinter
from pytest_django import Settings

from tests.postgresql_plugin import ROOT
from tests.sample import SERVED
from tests.service import connected
from todoproject.maintenance.management.commands.migrate import LOCK

RESOURCES = sorted({subject.model._meta.app_label for subject in SERVED})
OURS = ["accounts", "idempotency", "throttling", *RESOURCES]


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None, ignore_no_migrations=True)


def test_every_app_of_the_repository_with_models_is_tested_here() -> None:
    ours = [
        config.label
        for config in apps.get_app_configs()
        if Path(config.path).is_relative_to(ROOT)
        and not {".venv", ".local"} & set(Path(config.path).relative_to(ROOT).parts)
        and config.label != "conformance"
    ]
    assert {label for label in ours if apps.get_app_config(label).models} == set(OURS)


@pytest.mark.parametrize("label", OURS)
def test_the_migrations_of_an_app_have_no_branches_and_can_be_undone_and_an_extension_has_its_own(
    loader: MigrationLoader, label: str
) -> None:
    assert len(loader.graph.leaf_nodes(label)) == 1
    migrations = [migration for (app, _), migration in sorted(loader.disk_migrations.items()) if app == label]
    assert [migration.name[:4] for migration in migrations] == [f"{n:04}" for n in range(1, len(migrations) + 1)]
    for migration in migrations:
        assert all(operation.reversible for operation in migration.operations), migration
        extensions = [operation for operation in migration.operations if isinstance(operation, CreateExtension)]
        assert not extensions or len(extensions) == len(migration.operations), migration
        for operation in migration.operations:
            assert "CREATE EXTENSION" not in str(getattr(operation, "sql", "")).upper(), migration
            # makemigrations would not write it
            assert label not in RESOURCES or not isinstance(operation, RunPython), migration


@pytest.mark.django_db
def test_the_models_need_no_other_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_a_resource_without_migrations_gets_its_first_by_makemigrations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    (tmp_path / "new_migrations").mkdir()
    (tmp_path / "new_migrations" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"conformance": "new_migrations"}
    call_command("makemigrations", "conformance", verbosity=0)
    assert [path.name for path in tmp_path.glob("new_migrations/0*")] == ["0001_initial.py"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_all_the_way_down_and_up_again_gives_the_same_tables() -> None:
    def described() -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 'column', table_name, column_name, data_type, is_nullable, column_default "
                "FROM information_schema.columns WHERE table_schema = 'public' "
                "UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '' FROM pg_indexes "
                "WHERE schemaname = 'public' "
                "UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '' "
                "FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2, 3, 4"
            )
            return [row for row in cursor.fetchall() if str(row[1]).startswith(tuple(OURS))]

    before = described()
    assert before
    try:
        MigrationExecutor(connection).migrate(
            [(label, None) for label in (*RESOURCES, "conformance", "idempotency", "throttling")]
        )
        assert "conformance_notice" not in connection.introspection.table_names()
    finally:
        call_command("migrate", verbosity=0)
    assert described() == before


@pytest.mark.django_db
def test_no_migration_breaks_the_release_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    linter = MigrationLinter(include_apps=OURS, no_cache=True)
    linter.lint_all_migrations()
    assert not linter.has_errors, capsys.readouterr().out
    assert linter.nb_total >= len(OURS)


@pytest.mark.django_db
def test_a_contracting_migration_that_the_image_does_not_know_stops_the_migration() -> None:
    MigrationRecorder(connection).record_applied("conformance", "0099_contract_drop_title")
    with pytest.raises(CommandError, match=r"older than .* allows.*conformance\.0099_contract_drop_title"):
        call_command("migrate", verbosity=0)


@pytest.mark.django_db
def test_an_expanding_migration_of_a_later_release_does_not_stop_the_migration() -> None:
    MigrationRecorder(connection).record_applied("conformance", "0099_add_colour")
    call_command("migrate", verbosity=0)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_second_migration_at_the_same_time_waits_and_has_nothing_to_do() -> None:
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
