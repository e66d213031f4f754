"""The environments in which the static checks load Django's settings; none of them needs a database."""

import os
from pathlib import Path

from local.environment import CHOICES, LAPTOP, service_environment
from local.secrets import ensure_secrets

# A port that nothing listens on: what asks for the database there is refused at once.
NO_DATABASE = {"DB_HOST": "127.0.0.1", "DB_PORT": "1"}


def check_environment(kind: str, secrets: Path) -> dict[str, str]:
    """Return the environment for a kind of check: "" (as it is), "django" (settings load) or "production"."""
    if not kind:
        return dict(os.environ)
    ensure_secrets(secrets)
    credentials = {f"DB_{name}_FILE": str(secrets / f"db_{name.lower()}") for name in ("USERNAME", "PASSWORD")}
    whole = service_environment(secrets, database={**NO_DATABASE, **credentials})
    if kind == "production":
        # Only what production's own values say: everything else is the default, which must be the safe one.
        for name in {*LAPTOP, *CHOICES} - {"PYTHONUNBUFFERED"}:
            whole.pop(name, None)
        whole["ALLOWED_HOSTS"] = "todo.example.com"
    return whole
