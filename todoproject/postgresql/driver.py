"""psycopg with another `connect`, which reads the credentials' secrets for each connection.

It is part of the connection class, so that it works for Django and for a connection pool.
"""

import logging
import time
from collections.abc import Iterator
from typing import Any, ClassVar, Self

import psycopg
from psycopg import *  # noqa: F403  Django's Database module needs psycopg's names (PEP 249)

from todoproject.secrets.files import Secret, look_failed

logger = logging.getLogger(__name__)


class Credentials:
    """The current user and password, and those that the server accepted last."""

    def __init__(self, user: Secret, password: Secret) -> None:
        self.user = user
        self.password = password
        self.accepted: dict[str, str] = {}
        self.refused: dict[str, str] = {}

    def candidates(self) -> Iterator[dict[str, str]]:
        """Yield the logins to try, each once: as last read, as they are now, and as the server accepted last.

        A file may be half written or newer than the server's password, and the former user often still exists.
        """
        tried = [self.now()]
        yield tried[0]
        for following in (self.now(fresh=True), self.accepted):
            if following and following not in tried:
                tried.append(following)
                yield following

    def accept(self, login: dict[str, str]) -> None:
        """Remember an accepted login; if the secrets hold another one, count a failed look, and log it once."""
        self.accepted = login
        refused = self.now()
        if login == refused:
            return
        look_failed.send("DB_PASSWORD")
        if refused != self.refused:
            self.refused = refused
            logger.error(
                "The database refuses what %s and %s hold. The last good values stay in use.",
                self.user.name,
                self.password.name,
            )

    def now(self, *, fresh: bool = False) -> dict[str, str]:
        return {"user": self.user.value(fresh=fresh), "password": self.password.value(fresh=fresh)}


# After a timeout nobody connects for this long; otherwise each waiting request would wait for a timeout too.
SECONDS_OF_REST = 1.0


class FreshConnection(psycopg.Connection[Any]):
    """A connection that logs in with the current secrets, and waits a limited time for each answer."""

    #: The longest wait for a statement; None means no limit.
    seconds_to_answer: float | None = None
    #: The server of this connection, and until when nobody connects to which server.
    server: tuple[Any, ...] = ()
    resting: ClassVar[dict[tuple[Any, ...], float]] = {}

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Run one exchange with the server; close the connection and raise if it takes too long.

        A stopped process or a hung disk still acknowledges bytes, so no TCP timeout finds it, and the server's own
        statement_timeout does not work.
        """
        if timeout is not None or self.seconds_to_answer is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.seconds_to_answer)
        except psycopg.errors._WaitTimeout:  # noqa: SLF001  only this class means this timeout
            self.pgconn.finish()
            self.rest(self.server)
            raise psycopg.errors.ConnectionTimeout(f"no answer within {self.seconds_to_answer} s") from None

    @classmethod
    def rest(cls, server: tuple[Any, ...]) -> None:
        cls.resting[server] = time.monotonic() + SECONDS_OF_REST

    @classmethod
    def connect(cls, conninfo: str = "", **kwargs: Any) -> Self:
        """Connect with `credentials`, and bound each statement by `seconds_to_answer`, if those are given.

        libpq gives no SQLSTATE for a refused login and translates its message, so other credentials are tried after
        any failure. After a timeout nothing is tried again.
        """
        credentials: Credentials | None = kwargs.pop("credentials", None)
        seconds_to_answer: float | None = kwargs.pop("seconds_to_answer", None)
        server = (kwargs.get("host"), kwargs.get("port"))
        if time.monotonic() < cls.resting.get(server, 0.0):
            raise psycopg.errors.ConnectionTimeout("the server did not answer a moment ago")
        refusal: psycopg.OperationalError | None = None
        for login in credentials.candidates() if credentials else [{}]:
            try:
                connection = super().connect(conninfo, **{**kwargs, **login})
            except psycopg.errors.ConnectionTimeout:
                cls.rest(server)
                raise
            except psycopg.OperationalError as error:
                refusal = refusal or error
            else:
                if credentials:
                    credentials.accept(login)
                connection.seconds_to_answer, connection.server = seconds_to_answer, server
                return connection
        assert refusal  # noqa: S101  # nosec B101  there is always one candidate
        raise refusal


connect = FreshConnection.connect
