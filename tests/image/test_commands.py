"""The same image runs every command, and refuses to start on a bad setting with a sentence."""

from pathlib import Path

import pytest

from tests.image.container import Runner

MANAGE = ("python", "manage.py")


def test_migrate_has_brought_the_database_to_what_this_image_knows(runner: Runner) -> None:
    again = runner.command(*MANAGE, "migrate")
    assert again.status == 0, again.errors
    assert "No migrations to apply." in again.output
    checked = runner.command(*MANAGE, "check_schema")
    assert (checked.status, checked.output.strip()) == (0, "The schema serves this image.")


def test_prune_removes_what_has_expired(runner: Runner) -> None:
    pruned = runner.command(*MANAGE, "prune")
    assert pruned.status == 0, pruned.errors
    assert "idempotency records removed" in pruned.output


def test_production_checks_of_django_find_nothing(runner: Runner) -> None:
    checked = runner.command(*MANAGE, "check", "--deploy", "--fail-level=WARNING", SECURE_SSL_REDIRECT="true")
    assert checked.status == 0, checked.errors


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("WEB_WORKERS", "many", "WEB_WORKERS='many' is not a whole number from 1 to 64."),
        ("JWT_SIGNING_KEYS_FILE", "/mnt/secrets-store/nowhere", "/mnt/secrets-store/nowhere: there is no such file"),
    ],
)
def test_a_bad_setting_ends_the_start_with_its_sentence(
    runner: Runner, variable: str, value: str, sentence: str
) -> None:
    wrong = Runner(runner.podman, runner.image, {**runner.environment, variable: value}, runner.secrets)
    refused = wrong.command("python", "-m", "gunicorn", "-c", "todoproject/server/gunicorn.conf.py")
    assert refused.status not in (0, 137), refused
    assert sentence in refused.output + refused.errors


def test_a_missing_secret_ends_migrate_with_its_sentence(runner: Runner, tmp_path: Path) -> None:
    without = {name: value for name, value in runner.environment.items() if name != "DJANGO_SECRET_KEY_FILE"}
    refused = Runner(runner.podman, runner.image, without, runner.secrets).command(*MANAGE, "migrate")
    assert refused.status == 1
    assert "DJANGO_SECRET_KEY is not set" in refused.errors
