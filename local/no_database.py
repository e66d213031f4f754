"""Runs Python with the settings of production, secrets of the moment and no database.

Usage: python -m local.no_database manage.py check --deploy

For static checks and generators. A variable that is not set here has its default, which must be the safe one. The
shell's variables for another deployment do not count.
"""

import json
import os
import secrets
import sys

KEPT = ("COLUMNS", "HOME", "LANG", "PATH", "PYTHONPATH", "TMPDIR")


def environment() -> dict[str, str]:
    """Return all variables that the settings need. A question to the database is refused at once."""
    key = secrets.token_urlsafe(64)
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {
        "ALLOWED_HOSTS": "service.example.com",
        "DATABASE_URL": "postgresql://nobody:nobody@127.0.0.1:1/none",
        "DJANGO_SECRET_KEY": key,
        "DJANGO_SETTINGS_MODULE": "todoproject.settings",
        "JWT_SIGNING_KEYS": json.dumps([{"kid": "none", "key": key}]),
    }


if __name__ == "__main__":
    os.execve(sys.executable, [sys.executable, *sys.argv[1:]], environment())  # noqa: S606  no shell is needed
