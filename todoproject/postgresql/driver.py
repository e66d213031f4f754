"""psycopg with another `connect`: credentials come from where secrets are, at every connection.

Inside the connection class, so that whoever opens connections, Django or a pool, gets it.
"""

from typing import Any, Self

import psycopg
from psycopg import *  # noqa: F403  a driver is what PEP 249 says, all of psycopg's names

from todoproject.secret_files import Secret


class Credentials:
    """User and password as they are now."""

    def __init__(self, user: Secret, password: Secret) -> None:
        self.user = user
        self.password = password

    def now(self, *, fresh: bool = False) -> dict[str, str]:
        return {"user": self.user.value(fresh=fresh), "password": self.password.value(fresh=fresh)}


class FreshConnection(psycopg.Connection[Any]):
    """A connection that logs in with what the secrets hold at that moment."""

    @classmethod
    def connect(cls, conninfo: str = "", **kwargs: Any) -> Self:
        """Connect; `credentials` among the arguments gives user and password.

        When a login with them fails and the secrets have changed meanwhile, it is tried once more with the new ones.
        libpq gives no SQLSTATE for a refused login, and its sentence is translated, so any failure makes us look; only
        changed credentials make a second attempt worth while. A timeout is never repeated: the wait is bounded.
        """
        credentials: Credentials | None = kwargs.pop("credentials", None)
        if credentials is None:
            return super().connect(conninfo, **kwargs)
        tried = credentials.now()
        try:
            return super().connect(conninfo, **{**kwargs, **tried})
        except psycopg.errors.ConnectionTimeout:
            raise
        except psycopg.OperationalError:
            if (renewed := credentials.now(fresh=True)) == tried:
                raise
        return super().connect(conninfo, **{**kwargs, **renewed})


connect = FreshConnection.connect
