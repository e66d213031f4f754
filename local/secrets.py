"""Random secrets, a file for each, as the cluster mounts them at /mnt/secrets-store."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def _jwt_key_ring() -> str:
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return json.dumps([{"kid": secrets.token_hex(4), "key": key}])


MAKERS: dict[str, Callable[[], str]] = {
    "django_secret_key": lambda: secrets.token_urlsafe(64),
    "jwt_signing_keys": _jwt_key_ring,
    "db_username": lambda: "service_app",
    "db_password": lambda: secrets.token_urlsafe(32),
    # The password of all demo users, short enough to type.
    "admin_password": lambda: secrets.token_hex(8),
}


def ensure_secrets(folder: Path) -> None:
    """Make the secrets that are missing in `folder`, which only its owner can read."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    for name, make in MAKERS.items():
        path = folder / name
        if path.exists() and path.stat().st_size:
            continue
        # Written under another name and renamed, so that a killed start leaves no empty secret.
        half = folder / f".{name}.new"
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make() + "\n")
        half.replace(path)


def read_secret(folder: Path, name: str) -> str:
    """Return a secret without its trailing newline."""
    return (folder / name).read_text(encoding="utf-8").removesuffix("\n")
