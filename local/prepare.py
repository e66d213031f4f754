"""Brings the database up to date and fills it with demo data, in one process: Django's start is the slow part.

Run as `python -m local.prepare` with the service's environment; prints an access token for the banner.
"""

import os
import sys

WHO = "ada"  # the demo user with the most todos


def main() -> int:
    """Migrate, load the demo data, print a token; return the exit code."""
    import django  # noqa: PLC0415  the rest of `local` runs without Django and its settings
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
    from django.core.management import CommandError, call_command  # noqa: PLC0415
    from django.db import Error  # noqa: PLC0415

    # As in manage.py: five seconds bound a request, not a migration.
    os.environ.setdefault("STATEMENT_TIMEOUT_MS", "0")
    try:
        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        call_command("demo", f"--password-file={os.environ['DEMO_PASSWORD_FILE']}", stdout=sys.stderr)
        call_command("token", WHO)
    except (Error, CommandError, ImproperlyConfigured) as error:
        # What a person can mend without reading our code; anything else keeps its traceback.
        print(" ".join(str(error).split()), file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
