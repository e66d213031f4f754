"""psycopg with another `connect`: credentials come from where secrets are, at every connection.

Inside the connection class, so that Django and a pool get it alike.
"""

import logging
import time
from collections.abc import Iterator
from typing import Any, ClassVar, Self

import psycopg
from psycopg import *  # noqa: F403  a driver is what PEP 249 says, all of psycopg's names

from todoproject.secrets.files import Secret, look_failed

logger = logging.getLogger(__name__)


class Credentials:
    """User and password as they are now, and those that the server accepted last."""

    def __init__(self, user: Secret, password: Secret) -> None:
        self.user = user
        self.password = password
        self.accepted: dict[str, str] = {}
        self.refused: dict[str, str] = {}

    def candidates(self) -> Iterator[dict[str, str]]:
        """Yield what to log in with, each if all before it have failed and it is something else.

        What the secrets said at the last look, what they say now, and what was accepted last: a file may be half
        written or ahead of the server, and the user it will name is often there beside the former one.
        """
        tried = [self.now()]
        yield tried[0]
        for following in (self.now(fresh=True), self.accepted):
            if following and following not in tried:
                tried.append(following)
                yield following

    def accept(self, login: dict[str, str]) -> None:
        """Remember what the server has taken; count it if that is not what the secrets hold, and say it once."""
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


# After a timeout nobody connects for so long: each request that waits for a thread would wait once more.
SECONDS_OF_REST = 1.0


class FreshConnection(psycopg.Connection[Any]):
    """A connection that logs in with the secrets' current values, and waits a limited time for an answer."""

    #: How long any statement may take, the server's own bound included; None: as long as it takes.
    seconds_to_answer: float | None = None
    #: Where it connects to, and which servers nobody connects to until when.
    server: tuple[Any, ...] = ()
    resting: ClassVar[dict[tuple[Any, ...], float]] = {}

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Run one exchange with the server; if it says nothing for too long, close the connection and raise.

        A server that accepts and acknowledges bytes and computes nothing (a stopped process, a hung disk) is seen by no
        TCP timeout, and its own statement_timeout does not run either.
        """
        if timeout is not None or self.seconds_to_answer is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.seconds_to_answer)
        except psycopg.errors._WaitTimeout:  # noqa: SLF001  no other error says that it was this timeout
            self.pgconn.finish()
            self.rest(self.server)
            raise psycopg.errors.ConnectionTimeout(f"no answer within {self.seconds_to_answer} s") from None

    @classmethod
    def rest(cls, server: tuple[Any, ...]) -> None:
        cls.resting[server] = time.monotonic() + SECONDS_OF_REST

    @classmethod
    def connect(cls, conninfo: str = "", **kwargs: Any) -> Self:
        """Connect; `credentials` among the arguments gives user and password, `seconds_to_answer` the bound.

        libpq gives no SQLSTATE for a refused login, and its sentence is translated, so any failure makes us look for
        other credentials. A timeout is never repeated: the wait is bounded.
        """
        credentials: Credentials | None = kwargs.pop("credentials", None)
        seconds_to_answer: float | None = kwargs.pop("seconds_to_answer", None)
        server = (kwargs.get("host"), kwargs.get("port"))
        if time.monotonic() < cls.resting.get(server, 0.0):
            raise psycopg.errors.ConnectionTimeout("the server did not answer a moment ago")
        if credentials is None:
            connection = super().connect(conninfo, **kwargs)
            connection.seconds_to_answer, connection.server = seconds_to_answer, server
            return connection
        refusal: psycopg.OperationalError | None = None
        for login in credentials.candidates():
            try:
                connection = super().connect(conninfo, **{**kwargs, **login})
            except psycopg.errors.ConnectionTimeout:
                cls.rest(server)
                raise
            except psycopg.OperationalError as error:
                refusal = refusal or error
            else:
                credentials.accept(login)
                connection.seconds_to_answer, connection.server = seconds_to_answer, server
                return connection
        assert refusal  # noqa: S101  # nosec B101  there is always one candidate
        raise refusal


connect = FreshConnection.connect
