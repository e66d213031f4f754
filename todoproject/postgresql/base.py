"""Django's PostgreSQL backend, with fresh credentials and a health check that asks nobody.

ENGINE = "todoproject.postgresql". DATABASES gives USERNAME_SECRET and PASSWORD_SECRET in place of USER and PASSWORD.
"""

import select
from typing import Any

from django.db.backends.postgresql import base

from todoproject.postgresql import driver
from todoproject.postgresql.client import DatabaseClient


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects with the credentials of the moment, and looks at the socket instead of sending SELECT 1."""

    Database = driver
    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        """Return Django's parameters with `credentials`, which the driver turns into user and password."""
        settings = self.settings_dict
        params = super().get_connection_params()
        if "USERNAME_SECRET" in settings:
            params["credentials"] = driver.Credentials(settings["USERNAME_SECRET"], settings["PASSWORD_SECRET"])
        return params

    def is_usable(self) -> bool:
        """Say whether a kept connection can be used, without a round trip.

        An idle connection has nothing to read: if there is something, it is the server's farewell or the end of the
        stream. A server that vanished silently is found by the TCP timeouts of `options`.
        """
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
