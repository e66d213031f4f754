"""The four failures that a team can rehearse: how each is caused and undone, and which alerts it must and may raise."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Identifier

from local.resource import RESOURCES
from local.secrets import read_secret
from pattern.rehearsals.prometheus import Prometheus
from pattern.rehearsals.stack import THREADS, WORKERS, Stack
from pattern.rehearsals.traffic import Traffic

Cause = Callable[[Stack, Prometheus, Traffic], AbstractContextManager[None]]


@dataclass(frozen=True)
class Kind:
    """`expected` must fire and then be quiet again; `consequences` may fire too; anything else is a false alarm.

    `panels` (dashboard, title) show best what happens, and `dashboards` are worth a picture as a whole.
    """

    name: str
    happens: str
    undone: str
    cause: Cause
    expected: tuple[str, ...]
    consequences: tuple[str, ...]
    panels: tuple[tuple[str, str], ...]
    dashboards: tuple[str, ...] = ()
    clients: int = WORKERS * THREADS  # nobody has to wait for a thread


def _bad_release(faults: str) -> Cause:
    @contextmanager
    def cause(stack: Stack, prometheus: Prometheus, traffic: Traffic) -> Generator[None]:
        blue = traffic.colour
        green = stack.release("green", FAULTS=faults)
        prometheus.scrape(stack.targets)
        prometheus.await_data('up{colour="green"} == 1')
        traffic.colour = green
        yield
        traffic.colour = blue

    return cause


@contextmanager
def _database_stopped(stack: Stack, *_: object) -> Generator[None]:
    stack.server.stop()
    yield
    stack.server.start()


@contextmanager
def _table_locked(stack: Stack, *_: object) -> Generator[None]:
    user, password = (read_secret(stack.state.secrets, name) for name in ("db_username", "db_password"))
    # With the application's role, so that the application's role may end it.
    connection = psycopg.connect(
        host="127.0.0.1",
        port=stack.server.port,
        user=user,
        password=password,
        dbname="service",
        application_name="forgotten",
    )
    with closing(connection):
        connection.execute(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(Identifier(RESOURCES[0].table)))
        yield


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "errors",
            happens="green is released and takes all traffic; every answer of its views is a 500",
            undone="rolled back: traffic goes to blue again",
            cause=_bad_release("errors"),
            expected=("AvailabilityBudgetBurnsFast", "ServerErrorRatioHigh"),
            consequences=("AvailabilityBudgetBurnsSlowly",),
            panels=(
                ("service", "Requests"),
                ("service", "Errors by route"),
                ("service", "Requests by colour"),
                ("slo", "Burn rate, availability"),
            ),
            dashboards=("service", "slo"),
        ),
        Kind(
            "latency",
            happens="green is released and takes all traffic; every answer of its views comes a second later",
            undone="rolled back: traffic goes to blue again",
            cause=_bad_release("latency"),
            expected=("LatencyBudgetBurnsFast",),
            consequences=("LatencyBudgetBurnsSlowly", "LatencyP99High"),
            panels=(
                ("service", "Latency"),
                ("service", "p99 by colour"),
                ("service", "Threads"),
                ("slo", "Burn rate, latency"),
            ),
        ),
        Kind(
            "database",
            happens="PostgreSQL is stopped",
            undone="PostgreSQL is started again",
            cause=_database_stopped,
            expected=("DatabaseUnreachable",),
            consequences=("AvailabilityBudgetBurnsFast", "AvailabilityBudgetBurnsSlowly", "ServerErrorRatioHigh"),
            panels=(
                ("service", "Requests"),
                ("database", "New and refused connections"),
                ("database", "Connections of the service"),
                ("slo", "Burn rate, availability"),
            ),
        ),
        Kind(
            "pool",
            happens=f"a forgotten session holds a lock on the table {RESOURCES[0].table}: every thread, and the "
            "connection that it keeps, waits for it",
            undone="the session is ended",
            cause=_table_locked,
            expected=("ThreadsExhausted",),
            # A request that gets a thread waits two seconds for the lock (lock_timeout), then it gets 503.
            consequences=(
                "AvailabilityBudgetBurnsFast",
                "AvailabilityBudgetBurnsSlowly",
                "LatencyBudgetBurnsFast",
                "LatencyBudgetBurnsSlowly",
                "LatencyP99High",
                "ServerErrorRatioHigh",
            ),
            panels=(
                ("service", "Threads"),
                ("service", "Latency"),
                ("database", "Longest transaction"),
                ("service", "Requests"),
            ),
            dashboards=("database",),
            clients=4 * WORKERS * THREADS,
        ),
    )
}
