"""Random secrets as files, laid out as the cluster mounts them at /mnt/secrets-store: one file a key."""

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
    # Of the demo users, `admin` among them: to be typed from the banner.
    "admin_password": lambda: secrets.token_hex(8),
}


def ensure_secrets(folder: Path) -> None:
    """Make every secret that `folder` does not hold yet; those there stay, and only their owner can read them."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    for name, make in MAKERS.items():
        path = folder / name
        if path.exists() and path.stat().st_size:
            continue
        # Written beside and moved: a killed start leaves no empty secret.
        half = folder / f".{name}.new"
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make() + "\n")
        half.replace(path)


def read_secret(folder: Path, name: str) -> str:
    """Return a secret without its trailing newline."""
    return (folder / name).read_text(encoding="utf-8").removesuffix("\n")
