"""The functions of terraform/lambda against a real PostgreSQL and the emulated Secrets Manager.

The master user is made as RDS makes it: it may create roles and databases, and is no superuser.
"""

import json
import re
import secrets
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import jmespath
import psycopg
import pytest
from database_access import bootstrap, rotate
from database_access.configuration import Configuration
from database_access.connections import connect
from database_access.credentials import Credentials
from database_access.secret_store import SecretStore
from moto import mock_aws

from local import postgresql
from local.binaries import at_hand
from local.postgresql import Server
from tests.terraform.terraform import SOURCE

pytestmark = pytest.mark.slow
NAMES = ("DJANGO_SECRET_KEY", "JWT_SIGNING_KEYS", "APP_DATABASE", "MIGRATE_DATABASE")


# The one that `make run` takes; the others in CI.
FOUND = [pytest.param(found, marks=[pytest.mark.ci] if place else []) for place, found in enumerate(at_hand())]


@pytest.fixture(scope="module", params=FOUND, ids=lambda found: found.major)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Every PostgreSQL of this machine in turn: role grants changed in 16."""
    running = Server(tmp_path_factory.mktemp("server") / "postgresql", {"fsync": "off"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgresql, "binaries_for", lambda _: request.param)
        running.start()
    yield running
    running.stop()


@pytest.fixture
def aws(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A database as RDS leaves it, and Secrets Manager with four secrets without a value."""
    database, master = f"todo_{secrets.token_hex(4)}", Credentials.generate("service_master")
    with server.connect() as connection:
        # RDS's master: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html
        for role in (
            "service_app",
            "service_app_clone",
            "service_migrate",
            "service_rw",
            "service_owner",
            "service_master",
        ):
            connection.execute(f"DROP ROLE IF EXISTS {role}")
        connection.execute(f"CREATE ROLE service_master LOGIN CREATEDB CREATEROLE PASSWORD '{master.password}'")
        connection.execute(f"CREATE DATABASE {database} OWNER service_master")
    # One session for all tests: each would read the description of the service again.
    with mock_aws(config={"core": {"reset_boto3_session": False}}):
        for key, value in {
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "DB_HOST": "127.0.0.1",
            "DB_PORT": str(server.port),
            "DB_NAME": database,
            "DB_SSLMODE": "prefer",
        }.items():
            monkeypatch.setenv(key, value)
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        client = boto3.client("secretsmanager", region_name="us-east-1")
        for name in NAMES:
            monkeypatch.setenv(f"{name}_ARN", client.create_secret(Name=name)["ARN"])
        monkeypatch.setenv(
            "MASTER_SECRET_ARN", client.create_secret(Name="master", SecretString=master.to_json())["ARN"]
        )
        yield client
    with server.connect() as connection:
        connection.execute(f"DROP DATABASE {database} WITH (FORCE)")


def value(client: Any, name: str) -> str:
    # The stage by name: without it moto gives the version that was written last.
    text: str = client.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")["SecretString"]
    return text


def login(client: Any, name: str, options: str = "") -> psycopg.Connection[Any]:
    """Connect with what the secret says now."""
    configuration, credentials = Configuration.from_environment(), Credentials.from_json(value(client, name))
    return psycopg.connect(
        host=configuration.host,
        port=configuration.port,
        dbname=configuration.database,
        user=credentials.username,
        password=credentials.password,
        autocommit=True,
        options=options,
    )


def migrate(client: Any, statement: str) -> None:
    """Run a statement as the migrate Job does."""
    with login(client, "MIGRATE_DATABASE", options="-c role=service_owner") as connection:
        connection.execute(statement)


def rotate_once(client: Any) -> None:
    """The calls of Secrets Manager in a rotation."""
    token, arn = str(uuid.uuid4()), client.describe_secret(SecretId="APP_DATABASE")["ARN"]
    stage(token)
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        rotate.handler({"SecretId": arn, "ClientRequestToken": token, "Step": step}, None)


def stage(token: str) -> None:
    """Secrets Manager stages a version without a value before it calls; moto keeps none, so the store is told of it."""
    staged.add(token)


staged: set[str] = set()


@pytest.fixture(autouse=True)
def empty_staged_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the store see staged versions that have no value yet, as Secrets Manager shows them."""
    stages = SecretStore.stages

    def with_empty(self: SecretStore, secret: str) -> dict[str, list[str]]:
        return {token: ["AWSPENDING"] for token in staged} | stages(self, secret)

    monkeypatch.setattr(SecretStore, "stages", with_empty)


def test_bootstrap_makes_roles_and_first_values_and_returns_none_of_them(aws: Any) -> None:
    report = bootstrap.handler({}, None)
    assert report == {
        "roles_made": ["service_owner", "service_rw", "service_migrate", "service_app", "service_app_clone"],
        "secrets": dict.fromkeys([name.lower() for name in NAMES], "made"),
    }
    (key,) = json.loads(value(aws, "JWT_SIGNING_KEYS"))
    assert set(key) == {"kid", "key"}
    assert len(key["key"]) == 43, "256 random bits in base64url"
    django = json.loads(value(aws, "DJANGO_SECRET_KEY"))
    assert len(django["key"]) >= 50
    assert django["fallbacks"] == []


def test_each_value_gives_the_files_that_the_module_s_readme_promises(aws: Any) -> None:
    bootstrap.handler({}, None)
    # As the CSI provider does: it searches the JSON value and refuses what is not a string.
    files = {}
    for secret, path, file in promised():
        found = jmespath.search(path, json.loads(value(aws, secret))) if path else value(aws, secret)
        assert isinstance(found, str), path
        files[secret, file] = found
    assert sorted(files) == [
        ("APP_DATABASE", "db_password"),
        ("APP_DATABASE", "db_username"),
        ("DJANGO_SECRET_KEY", "django_secret_key"),
        ("DJANGO_SECRET_KEY", "django_secret_key_fallbacks"),
        ("JWT_SIGNING_KEYS", "jwt_signing_keys"),
        ("MIGRATE_DATABASE", "db_password"),
        ("MIGRATE_DATABASE", "db_username"),
    ]
    assert files["DJANGO_SECRET_KEY", "django_secret_key_fallbacks"] == "[]"
    assert files["MIGRATE_DATABASE", "db_username"] == "service_migrate"


def promised() -> Iterator[tuple[str, str, str]]:
    """Read secret, jmesPath (empty: the value itself) and file from the table in the module's README."""
    secret, text = "", (SOURCE / "modules/secrets/README.md").read_text()
    for line in text.splitlines():
        cells = [re.findall(r"`([^`]+)`", cell) for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and cells[3]:
            secret = cells[0][0].upper().replace("-", "_") if cells[0] else secret
            yield from ((secret, path, file) for path, file in zip(cells[2] or [""], cells[3], strict=True))


def test_bootstrap_keeps_everything_when_it_runs_again(aws: Any) -> None:
    bootstrap.handler({}, None)
    before = [value(aws, name) for name in NAMES]
    report = bootstrap.handler({}, None)
    assert report == {"roles_made": [], "secrets": dict.fromkeys([name.lower() for name in NAMES], "kept")}
    assert [value(aws, name) for name in NAMES] == before


def test_bootstrap_gives_a_restored_database_the_password_that_the_secret_holds(aws: Any, server: Server) -> None:
    bootstrap.handler({}, None)
    with server.connect() as connection:
        connection.execute("ALTER ROLE service_app PASSWORD 'from-an-old-snapshot'")
    report = bootstrap.handler({}, None)
    assert report["secrets"] == dict.fromkeys([name.lower() for name in NAMES], "kept") | {
        "app_database": "password set again"
    }
    login(aws, "APP_DATABASE").close()


def test_bootstrap_says_what_to_wait_for_when_the_master_secret_is_empty(
    aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASTER_SECRET_ARN", aws.create_secret(Name="empty")["ARN"])
    with pytest.raises(RuntimeError, match="wait until RDS has made its master secret"):
        bootstrap.handler({}, None)


def test_tables_belong_to_the_owner_and_the_application_may_write_rows_but_not_tables(aws: Any) -> None:
    bootstrap.handler({}, None)
    migrate(aws, "CREATE TABLE todo (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text)")
    with login(aws, "APP_DATABASE") as app:
        app.execute("INSERT INTO todo (title) VALUES ('a')")
        assert app.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'todo'").fetchone() == ("service_owner",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE other (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SET ROLE service_owner")


def test_the_migrate_login_makes_nothing_without_its_role(aws: Any) -> None:
    bootstrap.handler({}, None)
    refused = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName)
    with login(aws, "MIGRATE_DATABASE") as connection, pytest.raises(refused):
        connection.execute("CREATE TABLE other (id int)")


def test_the_clone_reads_a_table_that_a_later_migration_made(aws: Any) -> None:
    bootstrap.handler({}, None)
    rotate_once(aws)
    migrate(aws, "CREATE TABLE later (id int)")
    with login(aws, "APP_DATABASE") as app:
        assert app.info.user == "service_app_clone"
        assert app.execute("SELECT count(*) FROM later").fetchone() == (0,)


def test_users_take_turns_and_the_one_before_still_logs_in(aws: Any) -> None:
    bootstrap.handler({}, None)
    users = []
    for _ in range(2):
        old = Credentials.from_json(value(aws, "APP_DATABASE"))
        rotate_once(aws)
        users.append(Credentials.from_json(value(aws, "APP_DATABASE")).username)
        connect(Configuration.from_environment(), old).close()
    assert users == ["service_app_clone", "service_app"]


def test_rotations_refuse_nobody_who_reads_the_new_value_before_the_next_one(aws: Any) -> None:
    bootstrap.handler({}, None)
    held, failures, logins, done = [value(aws, "APP_DATABASE")], list[Exception](), [0], threading.Event()
    configuration = Configuration.from_environment()

    def log_in_with_what_is_held() -> None:
        while not done.wait(0.005):
            try:
                connect(configuration, Credentials.from_json(held[0])).close()
            except psycopg.Error as error:
                failures.append(error)
            logins[0] += 1

    reader = threading.Thread(target=log_in_with_what_is_held)
    reader.start()
    try:
        for _ in range(4):  # each user twice
            held[0] = value(aws, "APP_DATABASE")
            # Two more logins: the one that may still hold the value before is over.
            enough = logins[0] + 2
            while logins[0] < enough:
                time.sleep(0.001)
            rotate_once(aws)
    finally:
        done.set()
        reader.join(timeout=30)
    assert failures == []


def test_every_step_may_be_repeated(aws: Any) -> None:
    bootstrap.handler({}, None)
    token, arn = str(uuid.uuid4()), aws.describe_secret(SecretId="APP_DATABASE")["ARN"]
    stage(token)
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        for _ in range(2):
            rotate.handler({"SecretId": arn, "ClientRequestToken": token, "Step": step}, None)
    with login(aws, "APP_DATABASE") as app:
        assert app.info.user == "service_app_clone"


def test_rotation_refuses_events_that_are_not_its_own(aws: Any) -> None:
    bootstrap.handler({}, None)
    token, arn = str(uuid.uuid4()), aws.describe_secret(SecretId="APP_DATABASE")["ARN"]
    with pytest.raises(ValueError, match="does not rotate here"):
        rotate.handler({"SecretId": "other", "ClientRequestToken": token, "Step": "setSecret"}, None)
    with pytest.raises(ValueError, match="unknown step"):
        rotate.handler({"SecretId": arn, "ClientRequestToken": token, "Step": "guess"}, None)
    with pytest.raises(ValueError, match="not staged"):
        rotate.handler({"SecretId": arn, "ClientRequestToken": token, "Step": "setSecret"}, None)


def test_rotation_never_changes_the_password_in_force(aws: Any) -> None:
    bootstrap.handler({}, None)
    token, arn = str(uuid.uuid4()), aws.describe_secret(SecretId="APP_DATABASE")["ARN"]
    in_force = Credentials.generate("service_app")
    aws.put_secret_value(
        SecretId=arn, ClientRequestToken=token, SecretString=in_force.to_json(), VersionStages=["AWSPENDING"]
    )
    with pytest.raises(ValueError, match="is in force"):
        rotate.handler({"SecretId": arn, "ClientRequestToken": token, "Step": "setSecret"}, None)


def test_no_log_line_and_no_statement_holds_a_password(
    aws: Any, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="database_access"):
        bootstrap.handler({}, None)
        rotate_once(aws)
    password = Credentials.from_json(value(aws, "APP_DATABASE")).password
    assert password not in caplog.text
    assert password not in repr(Credentials.from_json(value(aws, "APP_DATABASE")))
    with server.connect() as connection:
        row = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'service_app_clone'").fetchone()
    assert str(row[0]).startswith("SCRAM-SHA-256$") if row else False
