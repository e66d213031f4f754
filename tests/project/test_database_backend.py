"""The database backend: current credentials, a check without a round trip, bounded waits."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext
from prometheus_client import REGISTRY

from tests.patience import patient
from todoproject.postgresql import driver
from todoproject.postgresql.base import DatabaseClient, DatabaseWrapper
from todoproject.postgresql.options import connection_options


class Rotated:
    """A secret whose file holds `now`, while the process still remembers `before`."""

    version = 0
    name = "a secret"

    def __init__(self, before: str, now: str) -> None:
        self.remembered = before
        self.now = now
        self.looked = 0

    def value(self, *, fresh: bool = False) -> str:
        if fresh:
            self.looked += 1
            self.remembered = self.now
        return self.remembered


@pytest.fixture
def wrapper(transactional_db: None) -> Iterator[DatabaseWrapper]:
    """A second connection to the test database, as another thread would have it."""
    wrapper = DatabaseWrapper({**connection.settings_dict}, alias="other")
    yield wrapper
    wrapper.close()


def with_secrets(wrapper: DatabaseWrapper, **secrets: Any) -> None:
    wrapper.settings_dict.update(secrets)


def asked(wrapper: DatabaseWrapper, statement: str) -> Any:
    with wrapper.cursor() as cursor:
        cursor.execute(statement)
        (value,) = cursor.fetchone()
        return value


def terminate(wrapper: DatabaseWrapper) -> None:
    """End the wrapper's session from the server's side, as a failover does."""
    pid = wrapper.connection.info.backend_pid
    asked_of_server = "SELECT pg_terminate_backend(%s, 5000)"
    with connection.cursor() as cursor:
        cursor.execute(asked_of_server, [pid])


def test_a_login_that_is_refused_reads_the_secrets_again_and_succeeds(wrapper: DatabaseWrapper) -> None:
    password = wrapper.settings_dict["PASSWORD_SECRET"].value()
    rotated = Rotated("the-former-password", password)
    with_secrets(wrapper, PASSWORD_SECRET=rotated)
    assert asked(wrapper, "SELECT 1") == 1
    assert rotated.looked == 1


def test_a_login_that_is_refused_is_tried_once_more_and_not_again(
    wrapper: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[str] = []
    attempt = psycopg.Connection._connect_gen.__func__  # type: ignore[attr-defined]

    def counted(cls: Any, /, conninfo: str = "", **others: Any) -> Any:
        attempts.append(conninfo)
        return attempt(cls, conninfo, **others)

    monkeypatch.setattr(psycopg.Connection, "_connect_gen", classmethod(counted))
    with_secrets(wrapper, PASSWORD_SECRET=Rotated("the-former-password", "a-wrong-one"))
    with pytest.raises(OperationalError):
        wrapper.ensure_connection()
    assert len(attempts) == 2
    with_secrets(wrapper, PASSWORD_SECRET=Rotated("wrong", "wrong"))
    with pytest.raises(OperationalError):
        wrapper.ensure_connection()
    assert len(attempts) == 3


def test_credentials_that_are_refused_give_way_to_those_that_were_accepted_last(
    wrapper: DatabaseWrapper, caplog: pytest.LogCaptureFixture
) -> None:
    half_written = Rotated(wrapper.settings_dict["PASSWORD_SECRET"].value(), "half-wri")
    half_written.name = "DB_PASSWORD_FILE=/db_password"
    with_secrets(wrapper, PASSWORD_SECRET=half_written)
    assert asked(wrapper, "SELECT 1") == 1
    half_written.value(fresh=True)
    for _ in range(2):
        wrapper.close()
        assert asked(wrapper, "SELECT 1") == 1
    (said,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "/db_password hold. The last good values stay in use." in said
    assert "half-wri" not in said


def test_the_user_may_rotate_as_well(wrapper: DatabaseWrapper) -> None:
    user = wrapper.settings_dict["USERNAME_SECRET"].value()
    with_secrets(wrapper, USERNAME_SECRET=Rotated("the-former-user", user))
    assert asked(wrapper, "SELECT current_user") == user


def test_a_pool_gets_fresh_credentials_from_the_connection_class(wrapper: DatabaseWrapper) -> None:
    params = wrapper.get_connection_params()
    assert "password" not in params
    with driver.FreshConnection.connect("", **params) as opened:
        assert isinstance(opened, driver.FreshConnection)


def test_without_secrets_djangos_own_user_and_password_count(wrapper: DatabaseWrapper) -> None:
    user, password = (wrapper.settings_dict.pop(name).value() for name in ("USERNAME_SECRET", "PASSWORD_SECRET"))
    with_secrets(wrapper, USER=user, PASSWORD=password)
    assert asked(wrapper, "SELECT 1") == 1


def gauges() -> tuple[float, float]:
    """Connections open, and in use."""
    return tuple(REGISTRY.get_sample_value(f"service_pool_{name}") or 0 for name in ("size", "in_use"))  # type: ignore[return-value]


def test_a_connection_is_counted_from_its_opening_to_its_end_and_in_use_from_its_first_cursor(
    wrapper: DatabaseWrapper,
) -> None:
    size, in_use = gauges()
    wrapper.connect()
    opened = gauges()
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert gauges() == (size + 1, in_use + 1)
    wrapper.close_if_unusable_or_obsolete()  # as Django does after each request
    assert (opened[0], gauges()) == (size + 1, (size + 1, in_use))
    with wrapper.cursor():
        pass
    wrapper.close()
    wrapper.close()
    assert gauges() == (size, in_use)


def test_a_connection_is_checked_without_a_query(wrapper: DatabaseWrapper) -> None:
    assert not wrapper.is_usable()
    wrapper.ensure_connection()
    with CaptureQueriesContext(wrapper) as queries:
        assert wrapper.is_usable()
    assert len(queries) == 0


def test_a_connection_that_the_server_or_we_have_ended_is_not_usable(wrapper: DatabaseWrapper) -> None:
    wrapper.ensure_connection()
    terminate(wrapper)
    assert not wrapper.is_usable()
    wrapper.close()
    wrapper.ensure_connection()
    wrapper.connection.close()
    assert not wrapper.is_usable()


def test_a_kept_connection_that_died_is_replaced_before_the_next_query(wrapper: DatabaseWrapper) -> None:
    asked(wrapper, "SELECT 1")
    terminate(wrapper)
    wrapper.close_if_unusable_or_obsolete()  # what Django does between two requests
    assert asked(wrapper, "SELECT 1") == 1


@pytest.mark.slow
def test_a_server_that_never_answers_is_given_up_after_the_timeout(wrapper: DatabaseWrapper) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port, password = silent.getsockname()[1], Rotated("old", "new")
        with_secrets(wrapper, OPTIONS=connection_options(), PORT=port, PASSWORD_SECRET=password)
        started = time.monotonic()
        with pytest.raises(OperationalError, match="timeout expired"):
            wrapper.ensure_connection()
        assert time.monotonic() - started < patient(3)
        assert password.looked == 0  # the wait is not made twice
        started = time.monotonic()
        with pytest.raises(OperationalError, match="a moment ago"):  # nor by those who come right behind
            wrapper.ensure_connection()
        assert time.monotonic() - started < patient(0.5)


def test_a_statement_that_is_not_answered_ends_at_its_deadline_with_its_connection(wrapper: DatabaseWrapper) -> None:
    with_secrets(wrapper, OPTIONS=connection_options() | {"seconds_to_answer": 0.3})
    started = time.monotonic()
    with pytest.raises(OperationalError, match=r"no answer within 0\.3 s"):
        asked(wrapper, "SELECT pg_sleep(3)")
    assert time.monotonic() - started < patient(1)
    assert not wrapper.is_usable()
    driver.FreshConnection.resting.clear()


def test_every_wait_in_the_server_is_bounded(wrapper: DatabaseWrapper) -> None:
    with_secrets(wrapper, OPTIONS=connection_options())
    assert asked(wrapper, "SHOW statement_timeout") == "5s"
    assert asked(wrapper, "SHOW lock_timeout") == "2s"
    assert asked(wrapper, "SHOW idle_in_transaction_session_timeout") == "5s"


def test_a_management_command_lifts_the_statement_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATEMENT_TIMEOUT_MS", "0")
    assert "statement_timeout=0 " in connection_options()["options"]


def test_the_colour_is_seen_in_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLOUR", "blue")
    assert connection_options()["application_name"] == "todoproject blue"


def test_dbshell_gets_the_credentials_through_its_environment() -> None:
    settings = connections["default"].settings_dict
    arguments, environment = DatabaseClient.settings_to_cmd_args_env(settings, [])
    assert environment is not None
    assert environment["PGPASSWORD"] == settings["PASSWORD_SECRET"].value()
    assert settings["USERNAME_SECRET"].value() in arguments
    assert settings["PASSWORD_SECRET"].value() not in arguments


def test_introspection_and_the_database_without_a_name_work(wrapper: DatabaseWrapper) -> None:
    assert "django_migrations" in wrapper.introspection.table_names()
    with wrapper._nodb_cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone() == ("postgres",)


def test_the_role_goes_into_the_session_and_the_authorities_to_libpq(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_ROLE", "service_owner")
    monkeypatch.setenv("DB_SSLROOTCERT", "/etc/service/database-ca/ca.pem")
    options = connection_options()
    assert options["options"].endswith(" -c role=service_owner")
    assert options["sslrootcert"] == "/etc/service/database-ca/ca.pem"


def test_a_role_that_could_be_another_option_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_ROLE", "service_owner -c statement_timeout=0")
    with pytest.raises(
        ImproperlyConfigured, match=r"^DB_ROLE='service_owner -c statement_timeout=0' is no name of a role"
    ):
        connection_options()
