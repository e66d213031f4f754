"""Make what overlays/local takes for granted in the current cluster: the namespace, and throw-away secrets.

What is there stays: the database keeps the passwords that it was made with. Run it by `.venv/bin/python`.
"""

import base64
import json
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

NAMESPACE = "service"
SECRETS = ("web-secrets", "migrate", "postgresql")
HERE = Path(__file__).resolve().parent
KUBECTL = shutil.which("kubectl") or str(Path(sys.prefix) / "bin" / "kubectl")


def main() -> int:
    """Return 0, or 1 with a sentence on stderr."""
    kubectl("apply", "-k", str(HERE / "namespace"))
    there = kubectl("-n", NAMESPACE, "get", "secret", *SECRETS, "--ignore-not-found", "-o", "name").split()
    if len(there) == len(SECRETS):
        print("the secrets are there already")
        return 0
    if there:
        print(f"only {', '.join(there)}: delete the namespace {NAMESPACE} and start again", file=sys.stderr)
        return 1
    print(kubectl("create", "-f", "-", stdin=json.dumps(manifest())), end="")
    return 0


def manifest() -> dict[str, object]:
    """Return the three Secrets with new random values, which belong together."""
    keys = {
        "django_secret_key": secrets.token_urlsafe(50),
        "django_secret_key_fallbacks": "[]",
        "jwt_signing_keys": json.dumps([{"kid": secrets.token_hex(4), "key": secrets.token_urlsafe(32)}]),
    }
    passwords = {role: secrets.token_urlsafe(32) for role in ("postgres", "service_app", "service_migrate")}
    app = {"db_username": "service_app", "db_password": passwords["service_app"]}
    migrate = {"db_username": "service_migrate", "db_password": passwords["service_migrate"]}
    values = dict(zip(SECRETS, (keys | app, keys | migrate, passwords), strict=True))
    return {"apiVersion": "v1", "kind": "List", "items": [secret(name, values[name]) for name in SECRETS]}


def secret(name: str, values: dict[str, str]) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "labels": {"app.kubernetes.io/name": "service", "app.kubernetes.io/part-of": "service"},
        },
        "type": "Opaque",
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in values.items()},
    }


def kubectl(*words: str, stdin: str = "") -> str:
    """Return what kubectl prints; its own words on stderr are the explanation when it fails."""
    done = subprocess.run([KUBECTL, *words], input=stdin, stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
