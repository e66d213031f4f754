"""Runs Python with the settings of production, random secrets and no database, for static checks and generators.

usage: python -m local.no_database manage.py check --deploy

Other variables have their defaults, which are those of production; most of the shell's variables are left out.
"""

import json
import os
import secrets
import sys

KEPT = ("COLUMNS", "HOME", "LANG", "PATH", "PYTHONPATH", "TMPDIR")


def environment() -> dict[str, str]:
    """Return the variables that the settings need; a connection to the database is refused at once."""
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
