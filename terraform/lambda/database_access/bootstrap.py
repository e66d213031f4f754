"""Make the database's roles, and a first value for each secret that has none. Safe to call at any time."""

import json
import logging
import secrets

from database_access.configuration import Configuration
from database_access.connections import can_log_in, connect, set_password
from database_access.credentials import Credentials
from database_access.roles import APP, MIGRATE, ensure_roles, ensure_statement_statistics
from database_access.secret_store import SecretStore

logger = logging.getLogger(__name__)


def handler(event: dict[str, object], context: object) -> dict[str, object]:  # noqa: ARG001 (Lambda's signature)
    """Return what was made and what was kept, by name; never a value."""
    configuration = Configuration.from_environment()
    store = SecretStore()
    master = store.get(configuration.master_secret)
    if master is None:
        raise RuntimeError(f"{configuration.master_secret} has no value yet: wait until RDS has made its master secret")

    with connect(configuration, Credentials.from_json(master)) as connection:
        ensure_statement_statistics(connection)
        roles = ensure_roles(connection)

    report: dict[str, object] = {
        "roles_made": roles,
        "secrets": {
            "django_secret_key": _made(store.put_first(configuration.django_secret_key, _django_secret_key)),
            "jwt_signing_keys": _made(store.put_first(configuration.jwt_signing_keys, _jwt_signing_keys)),
            "app_database": _ensure_login(configuration, store, configuration.app_database, APP),
            "migrate_database": _ensure_login(configuration, store, configuration.migrate_database, MIGRATE),
        },
    }
    logger.info("bootstrap: %s", report)
    return report


def _made(made: bool) -> str:  # noqa: FBT001 (one word for one fact)
    return "made" if made else "kept"


def _django_secret_key() -> str:
    """Return a key without fallbacks. Both lie in one secret, so that a step of a rotation is one write."""
    return json.dumps({"key": secrets.token_urlsafe(50), "fallbacks": []})


def _jwt_signing_keys() -> str:
    """Return a ring of one key: the form that the application reads (JSON array of kid and key, 256 random bits)."""
    return json.dumps([{"kid": secrets.token_hex(4), "key": secrets.token_urlsafe(32)}])


def _ensure_login(configuration: Configuration, store: SecretStore, secret: str, username: str) -> str:
    """Make secret and role agree: the secret's value rules once it exists, so a restored database takes it over."""
    stored = store.get(secret)
    credentials = Credentials.generate(username) if stored is None else Credentials.from_json(stored)
    if stored is not None and can_log_in(configuration, credentials):
        return "kept"
    master = Credentials.from_json(store.get(configuration.master_secret) or "{}")
    with connect(configuration, master) as connection:
        set_password(connection, credentials)
    # Password first, value second: a crash between leaves a secret without value, which the next call fills.
    return _made(store.put_first(secret, credentials.to_json)) if stored is None else "password set again"
