"""Django's PostgreSQL backend with fresh credentials, metrics, and a health check without a query.

ENGINE = "todoproject.postgresql". DATABASES gives USERNAME_SECRET and PASSWORD_SECRET in place of USER and PASSWORD.
"""

import select
import time
from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any, Self

import psycopg
from django.db.backends.postgresql import client
from django_prometheus.db.backends.postgresql import base
from django_prometheus.db.metrics import errors_total, execute_total, query_duration_seconds

from todoproject.metrics import capacity
from todoproject.postgresql import driver
from todoproject.secrets.files import Secret


@cache  # shared by all threads, which remember together what the server accepted
def credentials_of(user: Secret, password: Secret) -> driver.Credentials:
    return driver.Credentials(user, password)


class DatabaseClient(client.DatabaseClient):
    """``manage.py dbshell`` with current credentials; the password goes through the environment."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Any
    ) -> tuple[list[str], dict[str, str] | None]:
        """Return psql's arguments and environment for these settings."""
        secrets = {"USER": "USERNAME_SECRET", "PASSWORD": "PASSWORD_SECRET"}
        logins = {name: settings_dict[key].value() for name, key in secrets.items() if key in settings_dict}
        return super().settings_to_cmd_args_env({**settings_dict, **logins}, parameters)


class BinaryCursor(psycopg.Cursor[Any]):
    """Sends values apart from the statement, and receives numbers and times in binary."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Self:
        return super().execute(query, params, binary=True)


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]  # django-prometheus has no types
    """Connects with current credentials, and checks the socket instead of sending SELECT 1.

    django-prometheus counts and times statements; the gauges of connections are set here.
    """

    Database = driver
    client_class = DatabaseClient
    in_use = False
    binary_cursor: BinaryCursor | None = None

    def get_connection_params(self) -> dict[str, Any]:
        """Return Django's parameters and `credentials`, which the driver turns into user and password."""
        settings = self.settings_dict
        params: dict[str, Any] = super().get_connection_params()
        if "USERNAME_SECRET" in settings:
            params["credentials"] = credentials_of(settings["USERNAME_SECRET"], settings["PASSWORD_SECRET"])
        return params

    def is_usable(self) -> bool:
        """Say whether a kept connection can be used, without a round trip.

        An idle connection has nothing to read, unless the server has ended it. The TCP timeouts of `options` find a
        server that vanished silently.
        """
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        capacity.connections.inc()
        return connection

    def _close(self) -> None:
        if self.connection is not None:
            capacity.connections.dec()
            self.give_back()
        self.binary_cursor = None
        super()._close()

    def rows(self, text: str, values: Sequence[Any], most: int | None = None) -> list[Any]:
        """Return at most `most` rows of a statement as tuples; see `todoproject.postgresql.statements`.

        Raises Django's database errors, and counts and logs the statement as Django's cursors do here.
        """
        self.close_if_health_check_failed()  # these three as `cursor()` does
        self.ensure_connection()
        self.validate_no_broken_transaction()
        self.count_use()
        cursor = self.binary_cursor
        if cursor is None or cursor.connection is not self.connection:
            cursor = self.binary_cursor = BinaryCursor(self.connection)
        executed, seconds = self.statement_metrics
        executed.inc()
        started = time.perf_counter()
        try:
            with self.wrap_database_errors:
                (self.make_debug_cursor(cursor) if self.queries_logged else cursor).execute(text, values)
                return cursor.fetchall() if most is None else cursor.fetchmany(most)
        except Exception as error:
            errors_total.labels(self.alias, self.vendor, type(error.__cause__ or error).__name__).inc()
            raise
        finally:
            seconds.observe(time.perf_counter() - started)

    def more_rows(self, most: int) -> list[Any]:
        """Return the next rows of the last call of `rows`: they have arrived, but are no Python objects yet."""
        return self.binary_cursor.fetchmany(most) if self.binary_cursor else []

    @cached_property
    def statement_metrics(self) -> tuple[Any, Any]:
        return execute_total.labels(self.alias, self.vendor), query_duration_seconds.labels(self.alias, self.vendor)

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor, and count the connection as used."""
        self.count_use()
        return super().create_cursor(name)

    def count_use(self) -> None:
        if not self.in_use:
            self.in_use = True
            capacity.in_use.inc()

    def close_if_unusable_or_obsolete(self) -> None:
        """Count the connection as free: Django calls this before and after each request."""
        self.give_back()
        super().close_if_unusable_or_obsolete()

    def give_back(self) -> None:
        if self.in_use:
            self.in_use = False
            capacity.in_use.dec()
