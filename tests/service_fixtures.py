"""Fixtures for the service's tests: the running service, and databases.

tests/postgresql_plugin.py loads them. They are no conftest.py, which would make the tests of delivery import Django.
"""

import os
from collections.abc import Generator

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from psycopg.sql import SQL, Identifier
from pytest_django import Settings

from tests.service import TEMPLATES, Service, migrated_database, running

# Set by coverage: each Python that is started with it measures itself, which doubles the CPU of a start.
FOLLOW = "COVERAGE_PROCESS_CONFIG"


@pytest.fixture(scope="session")
def following() -> str:
    """Take from the environment what makes coverage follow a new process; empty where nothing is measured."""
    return os.environ.pop(FOLLOW, "")


@pytest.fixture(scope="module", autouse=True)
def followed(request: pytest.FixtureRequest, following: str) -> Generator[None, None, None]:
    """Let coverage follow the processes that a module starts where it is marked so, and nowhere else."""
    with pytest.MonkeyPatch.context() as patch:
        if following and request.node.get_closest_marker("followed"):
            patch.setenv(FOLLOW, following)
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_database() -> None:
    """Let each wait be longer than in a request: tests fill tables, on machines that may stand still for seconds.

    In this process only: what the service is started with stays as it is.
    """
    options = connection.settings_dict["OPTIONS"]
    options["options"] += "".join(
        f" -c {wait}=60000" for wait in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    )
    options["connect_timeout"] = options["seconds_to_answer"] = 60
    settings.SEARCH_MILLISECONDS = 60_000


# Migrations make their rows, and no test commits a change of them.
KEPT = {"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}


MANY = 1000  # rows from which truncating is quicker than deleting


def delete_rows(_: TransactionTestCase) -> None:
    """Delete what a test has committed. Django truncates every table and makes permissions and groups again: 0.3 s."""
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT)
    count = SQL("(SELECT {}, count(*) FROM (SELECT FROM {} LIMIT {}) AS first)")
    with transaction.atomic(), connection.cursor() as cursor:  # foreign keys are checked at the commit
        cursor.execute(SQL(" UNION ALL ").join(count.format(table, Identifier(table), MANY) for table in tables))
        found = dict(cursor.fetchall())
        if many := [Identifier(table) for table, rows in found.items() if rows == MANY]:
            cursor.execute(SQL("TRUNCATE {} CASCADE").format(SQL(", ").join(many)))
        for table in (table for table, rows in found.items() if 0 < rows < MANY):
            cursor.execute(SQL("DELETE FROM {}").format(Identifier(table)))


@pytest.fixture(scope="session", autouse=True)
def quick_databases() -> Generator[None, None, None]:
    """Empty a database by its rows, and migrate but once what is copied for services."""
    TransactionTestCase._fixture_teardown = delete_rows  # type: ignore[attr-defined]
    yield
    TEMPLATES.close()


@pytest.fixture
def quick_hasher(settings: Settings) -> None:
    """Hash passwords in no time, where a hash is not what a test is about: production's costs a quarter of a second."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def service_environment(django_db_setup: None) -> Generator[dict[str, str], None, None]:
    """The environment of a migrated database of its own, apart from the one of in-process tests."""
    with migrated_database("todo_service") as environment:
        yield environment


@pytest.fixture(scope="session")
def service(
    service_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Generator[Service, None, None]:
    """The service as production runs it, once for all tests that only talk to it. Make users of your own."""
    with running(service_environment, tmp_path_factory.mktemp("service") / "log") as running_service:
        yield running_service


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to `make test` what needs a gunicorn and a database of its own: `make quick` starts neither."""
    for item in items:
        if "service_environment" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
