"""Migrates the database and loads the demo data, in one process, because Django starts slowly.

Run as `python -m local.prepare` with the service's environment; prints an access token for the banner.
"""

import os
import sys

WHO = "ada"  # the demo user with the most todos


def main() -> int:
    """Migrate, load the demo data, print a token; return the exit code."""
    import django  # noqa: PLC0415  `local` runs without Django
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
    from django.core.management import CommandError, call_command  # noqa: PLC0415
    from django.db import Error  # noqa: PLC0415

    # As in manage.py: five seconds bound a request, not a migration.
    os.environ.setdefault("STATEMENT_TIMEOUT_MS", "0")
    try:
        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        if difference := edited_migration():
            print(
                f"{difference}, since a migration was edited after it was applied here. "
                "`make stop && rm -r .local` gives you an empty database; with DATABASE_URL, make a new one.",
                file=sys.stderr,
            )
            return 3
        call_command("demo", f"--password-file={os.environ['DEMO_PASSWORD_FILE']}", stdout=sys.stderr)
        call_command("token", WHO)
    except (Error, CommandError, ImproperlyConfigured) as error:
        # You can fix these without reading code; other errors keep their traceback.
        print(" ".join(str(error).split()), file=sys.stderr)
        return 3
    return 0


def edited_migration() -> str:
    """Return how a table differs from its model although all migrations are applied, "" if none does.

    The table may have more columns, from a newer release, if an INSERT need not set them.
    """
    from django.apps import apps  # noqa: PLC0415  as above
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' "
            "FROM information_schema.columns WHERE table_schema = current_schema()"
        )
        needed = {(table, column): bool(must) for table, column, must in cursor.fetchall()}
    known = {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
    }
    tables = {table for table, _ in known}
    missing = sorted(known - needed.keys())
    left = sorted(each for each, must in needed.items() if must and each[0] in tables and each not in known)
    if missing:
        return "The table {} has no column {}".format(*missing[0])
    return "The table {} still needs a column {}".format(*left[0]) if left else ""


if __name__ == "__main__":
    sys.exit(main())
