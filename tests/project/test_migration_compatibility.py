"""Blue and green share a database: every migration must leave the schema usable for the release before it."""

import pytest
from django_migration_linter import MigrationLinter

from tests.sample import SERVED

# The tables of these apps are ours; Django's own migrations are Django's to keep compatible.
OURS = ["accounts", "idempotency", "throttling", *sorted({subject.model._meta.app_label for subject in SERVED})]


@pytest.mark.django_db
def test_no_migration_breaks_the_release_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    linter = MigrationLinter(include_apps=OURS, no_cache=True)
    linter.lint_all_migrations()
    assert not linter.has_errors, capsys.readouterr().out
    assert linter.nb_total >= len(OURS)
