"""Statements of a request, counted by PostgreSQL itself while the real service answers: none is hidden by Django.

A single worker with a single thread keeps one connection, so nothing but the requests is counted.
"""

import http.client
import json
import os
import re
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import psycopg
import pytest

from tests.postgresql_plugin import session
from tests.sample import PLAIN, SERVED
from tests.service import Service, running
from todoproject.api.fields import ReferenceField
from todoproject.api.filters import Search

#: A resource of the service itself that has no key to another, and none has a key to it: that costs a statement each.
SUBJECT = next(
    (each for each in SERVED if not each.of_kind(ReferenceField) and not each.resource.rows().has_dependents), PLAIN
)
PATH = SUBJECT.path
SORT_KEYS = SUBJECT.resource.orderings
SEARCH = next(name for name, each in SUBJECT.resource.filters.items() if isinstance(each, Search))
SMALL, FULL = SUBJECT.body(0, {}), SUBJECT.body(5, {}, full=True)
FILTERS = {name: value for name, value in SUBJECT.finding(FULL).items() if name != SEARCH}
GOLDEN = Path(__file__).parent.parent / SUBJECT.model._meta.app_label / "golden" / "list_statements.sql"
TIMES = 5  # a health check or a query of the authentication would show up once a request
TRANSACTION_WORDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class Request(NamedTuple):
    method: str
    path: str
    body: object = None
    headers: Mapping[str, str] = {}


class Caller:
    """Sends JSON over a connection that is kept, as a front end's does, and counts what that costs."""

    def __init__(self, service: Service) -> None:
        self.connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=20)
        self._token, self._database = service.token("counted"), service.environment["DB_NAME"]

    def ask(self, request: Request) -> tuple[int, dict[str, str], Any]:
        """Return status, headers and JSON of the answer."""
        own = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        body = None if request.body is None else json.dumps(request.body)
        self.connection.request(request.method, request.path, body, {**own, **request.headers})
        response = self.connection.getresponse()
        content = response.read()
        found = json.loads(content) if content and "json" in response.headers["Content-Type"] else None
        return response.status, dict(response.getheaders()), found

    def count(self, request: Request, times: int = 1) -> tuple[int, dict[str, int]]:
        """Send a request; return the status, and how often each statement ran, its constants replaced by $1, $2, …"""
        with session.server.connect() as connection:
            connection.execute("SELECT pg_stat_statements_reset()")
        (status,) = {self.ask(request)[0] for _ in range(times)}
        with session.server.connect(self._database) as connection:
            rows = connection.execute(
                "SELECT query, calls FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid "
                "JOIN pg_roles r ON r.oid = s.userid WHERE toplevel AND datname = %s AND NOT rolsuper",
                [self._database],
            ).fetchall()
        return status, {str(text): int(calls) for text, calls in rows}

    def create(self) -> str:
        """Return the address of a new row."""
        status, _, row = self.ask(Request("POST", PATH, SMALL))
        assert status == 201
        return f"{PATH}/{row['id']}"

    def next_page(self, ordering: str = "") -> str:
        _, headers, _ = self.ask(Request("GET", f"{PATH}?limit=1{ordering}"))
        return f"{PATH}?" + headers["Link"].split("?", 1)[1].split(">", 1)[0]

    def etag(self, path: str) -> str:
        return self.ask(Request("GET", path))[1]["ETag"]


@pytest.fixture(scope="module")
def caller(
    service_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Generator[Caller, None, None]:
    if "DATABASE_URL" in os.environ:
        pytest.skip("pg_stat_statements is needed: unset DATABASE_URL")
    try:
        for database in ("postgres", service_environment["DB_NAME"]):
            with session.server.connect(database) as connection:
                connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
                connection.execute("SELECT count(*) FROM pg_stat_statements")  # it must be loaded since the start
    except psycopg.Error as error:
        pytest.skip(f"pg_stat_statements is needed, install PostgreSQL's contrib modules: {error}")
    one = {**service_environment, "WEB_WORKERS": "1", "WEB_THREADS": "1", "API_RATE": "60000/minute"}
    with running(one, tmp_path_factory.mktemp("counted") / "log") as service:
        caller = Caller(service)
        for _ in range(3):
            caller.create()
        caller.ask(Request("GET", PATH))
        yield caller
        caller.connection.close()


def replayed(caller: Caller) -> Request:
    request = Request("POST", PATH, SMALL, {"Idempotency-Key": "replayed"})
    caller.ask(request)
    return request


def several(caller: Caller) -> Request:
    for _ in range(2):
        caller.ask(Request("POST", PATH, SMALL | {SUBJECT.text: "Another"}))
    return Request("DELETE", f"{PATH}?{SEARCH}=Another")


NOTHING = f"{PATH}/{10**17}"
IN_TRANSACTION = {"BEGIN": 1, "COMMIT": 1}
STALE = {"If-Match": '"99"'}
#: What is asked → status, statements without transaction words, transaction words.
COSTS: dict[str, tuple[int, int, dict[str, int], Callable[[Caller], Request]]] = {
    "a list": (200, 1, {}, lambda _: Request("GET", PATH)),
    "a page": (200, 1, {}, lambda _: Request("GET", f"{PATH}?limit=1")),
    "a page behind a cursor": (200, 1, {}, lambda caller: Request("GET", caller.next_page())),
    "filters": (200, 1, {}, lambda _: Request("GET", f"{PATH}?{urlencode(FILTERS | {'ordering': SORT_KEYS[-1]})}")),
    # One more sets the deadline of a search.
    "a search": (200, 2, IN_TRANSACTION, lambda _: Request("GET", f"{PATH}?{SEARCH}=nothing+like+this")),
    "a row": (200, 1, {}, lambda caller: Request("GET", caller.create())),
    "a list that the client has": (
        *(304, 1, {}),
        lambda caller: Request("GET", PATH, headers={"If-None-Match": caller.etag(PATH)}),
    ),
    "a row that the client has": (
        *(304, 1, {}),
        lambda caller: Request("GET", (path := caller.create()), headers={"If-None-Match": caller.etag(path)}),
    ),
    "creating": (201, 1, {}, lambda _: Request("POST", PATH, SMALL)),
    "creating with a key": (
        *(201, 3, IN_TRANSACTION),
        lambda _: Request("POST", PATH, SMALL, {"Idempotency-Key": "counted"}),
    ),
    "replaying a key": (201, 2, IN_TRANSACTION, replayed),
    "changing": (200, 2, {}, lambda caller: Request("PATCH", caller.create(), FULL)),
    "changing a version": (200, 2, {}, lambda caller: Request("PATCH", caller.create(), FULL, {"If-Match": '"1"'})),
    "replacing a version": (200, 2, {}, lambda caller: Request("PUT", caller.create(), FULL, {"If-Match": '"1"'})),
    # The transaction is Django's, around every delete of a queryset.
    "deleting": (204, 1, IN_TRANSACTION, lambda caller: Request("DELETE", caller.create())),
    "deleting many": (204, 2, IN_TRANSACTION, several),  # and the deadline of a search
    "changing another version": (412, 2, {}, lambda caller: Request("PATCH", caller.create(), SMALL, STALE)),
    "deleting another version": (
        412,
        2,
        IN_TRANSACTION,
        lambda caller: Request("DELETE", caller.create(), None, STALE),
    ),
    "changing nothing": (404, 2, {}, lambda _: Request("PATCH", NOTHING, SMALL, STALE)),
    "deleting nothing": (404, 2, IN_TRANSACTION, lambda _: Request("DELETE", NOTHING, None, STALE)),
    "a refused token": (401, 0, {}, lambda _: Request("GET", PATH, headers={"Authorization": "Bearer a.b.c"})),
    "no token": (401, 0, {}, lambda _: Request("GET", PATH, headers={"Authorization": ""})),
    **{
        path: (status, 0, {}, lambda _, path=path: Request("GET", path))  # type: ignore[misc]  # a default binds it
        for path, status in {
            **dict.fromkeys(("/healthz", "/readyz", "/schema", "/docs/errors/not-found"), 200),
            **dict.fromkeys(("/nowhere", f"{PATH}/x"), 404),
        }.items()
    },
}


@pytest.mark.parametrize("case", COSTS)
def test_a_request_costs_no_more_statements_than(caller: Caller, case: str) -> None:
    status, statements, transaction, prepared = COSTS[case]
    request = prepared(caller)
    times = TIMES if request.method == "GET" else 1
    answered, ran = caller.count(request, times)
    words = {text.split()[0]: calls for text, calls in ran.items() if text.startswith(TRANSACTION_WORDS)}
    # `SELECT 1 FROM ONLY …` is PostgreSQL's own check of a foreign key, inside the server: no round trip.
    sent = [ran[text] for text in ran if not re.match(r"SELECT (1|\$\d+) FROM ONLY ", text)]
    assert (answered, sum(sent) - sum(words.values())) == (status, statements * times), ran
    assert words == {word: calls * times for word, calls in transaction.items()}


def test_the_statements_of_a_list_are_the_golden_ones(caller: Caller) -> None:
    texts = []
    nullable = next((key for key in SORT_KEYS if SUBJECT.members[key].allow_null), SORT_KEYS[-1])
    for ordering in (SORT_KEYS[0], f"-{nullable}"):
        first = f"{PATH}?limit=1&ordering={ordering}"
        for path in (first, caller.next_page(f"&ordering={ordering}")):
            _, ran = caller.count(Request("GET", path))
            texts += [f"-- {ordering}, {'first page' if path == first else 'behind a cursor'}"]
            texts += [re.sub(r" (?=\(SELECT|FROM|WHERE|ORDER BY|LIMIT)", "\n    ", next(iter(ran)))]
    made = "\n".join(texts) + "\n"
    if not GOLDEN.parent.exists():
        pytest.skip(f"{GOLDEN.parent} would hold the statements to compare with: make it, and they are written there")
    if not GOLDEN.exists():
        GOLDEN.write_text(made, encoding="utf-8")
        pytest.fail(f"{GOLDEN.name} was missing and has been written: read it, then run again.")
    assert made == GOLDEN.read_text(encoding="utf-8"), f"If it is meant to be so: delete {GOLDEN.name} and run again."
