"""The four steps of a Secrets Manager rotation, with two users that take turns.

The user in force keeps its password while the other one gets a new one, so a pod that reads the secret a little late
still logs in. https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

import logging

from database_access.configuration import Configuration
from database_access.connections import can_log_in, connect, set_password
from database_access.credentials import Credentials
from database_access.roles import APP, APP_CLONE
from database_access.secret_store import CURRENT, PENDING, SecretStore

logger = logging.getLogger(__name__)

_OTHER = {APP: APP_CLONE, APP_CLONE: APP}


def handler(event: dict[str, str], context: object) -> None:  # noqa: ARG001 (Lambda's signature)
    """Run one step; each may be repeated. Raise ValueError for an event that is not ours."""
    configuration = Configuration.from_environment()
    secret, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    if secret != configuration.app_database:
        raise ValueError(f"{secret} does not rotate here; only {configuration.app_database} does")
    steps = {"createSecret": _create, "setSecret": _set, "testSecret": _test, "finishSecret": _finish}
    if step not in steps:
        raise ValueError(f"unknown step {step}; expected one of {', '.join(steps)}")

    store = SecretStore()
    stages = store.stages(secret)
    if token not in stages:
        raise ValueError(f"version {token} is not staged for rotation of {secret}")
    if CURRENT in stages[token]:
        logger.info("%s: version %s is already in force", step, token)
        return
    if PENDING not in stages[token]:
        raise ValueError(f"version {token} of {secret} is not pending: it was rotated in the meantime")
    steps[step](configuration, store, token)
    logger.info("%s: done for version %s", step, token)


def _create(configuration: Configuration, store: SecretStore, token: str) -> None:
    """Stage a new password for the user that is not in force."""
    if store.get(configuration.app_database, PENDING, token) is not None:
        return
    current = _credentials(configuration, store)
    pending = Credentials.generate(_OTHER[current.username])
    store.put_pending(configuration.app_database, token, pending.to_json())


def _set(configuration: Configuration, store: SecretStore, token: str) -> None:
    """Give the database the new password; it is the other user's, so nobody notices."""
    pending = _credentials(configuration, store, PENDING, token)
    if pending.username == _credentials(configuration, store).username:
        raise ValueError(f"{pending.username} is in force: changing its password would refuse running pods")
    if can_log_in(configuration, pending):
        return
    master = Credentials.from_json(store.get(configuration.master_secret) or "{}")
    with connect(configuration, master) as connection:
        set_password(connection, pending)


def _test(configuration: Configuration, store: SecretStore, token: str) -> None:
    """Log in as the application will, and look at what it needs: the schema."""
    pending = _credentials(configuration, store, PENDING, token)
    with connect(configuration, pending) as connection:
        row = connection.execute("SELECT has_schema_privilege('public', 'USAGE')").fetchone()
    if row != (True,):
        raise RuntimeError(f"{pending.username} logs in but may not use the schema: run the bootstrap function")


def _finish(configuration: Configuration, store: SecretStore, token: str) -> None:
    """Put the new version in force. The old user goes on working until the next rotation."""
    store.promote(configuration.app_database, token)


def _credentials(
    configuration: Configuration, store: SecretStore, stage: str = CURRENT, version: str | None = None
) -> Credentials:
    value = store.get(configuration.app_database, stage, version)
    if value is None:
        raise RuntimeError(f"{configuration.app_database} has no {stage} value: run the bootstrap function first")
    return Credentials.from_json(value)
