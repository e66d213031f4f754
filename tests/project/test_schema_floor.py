"""An older image migrates nothing once a migration has taken away what it needs."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


@pytest.mark.django_db
def test_a_contracting_migration_that_the_image_does_not_know_stops_the_migration() -> None:
    MigrationRecorder(connection).record_applied("conformance", "0099_contract_drop_title")
    with pytest.raises(CommandError, match=r"older than .* allows.*conformance\.0099_contract_drop_title"):
        call_command("migrate", verbosity=0)


@pytest.mark.django_db
def test_an_expanding_migration_of_a_later_release_does_not() -> None:
    MigrationRecorder(connection).record_applied("conformance", "0099_add_colour")
    call_command("migrate", verbosity=0)
