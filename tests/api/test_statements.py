"""Statements of a request, counted by PostgreSQL itself while the real service answers.

A single worker with a single thread keeps one connection, so nothing but the requests is counted.
"""

import http.client
import json
import re
from collections.abc import Generator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.sample import PLAIN, SERVED
from tests.server_statements import ServerStatements
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
FULL = SUBJECT.body(5, {}, full=True)
FILTERS = {name: value for name, value in SUBJECT.finding(FULL).items() if name != SEARCH}
GOLDEN = Path(__file__).parent.parent / SUBJECT.model._meta.app_label / "golden" / "list_statements.sql"
TIMES = 5  # a health check or a query of the authentication would show up once a request


class Caller:
    """Sends JSON over a connection that is kept, as a front end's does."""

    def __init__(self, service: Service) -> None:
        self._connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=20)
        self._token = service.token("counted")

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], Any]:
        """Return status, headers and JSON of the answer."""
        own = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        self._connection.request(method, path, None if body is None else json.dumps(body), {**own, **(headers or {})})
        response = self._connection.getresponse()
        content = response.read()
        found = json.loads(content) if content and "json" in response.headers["Content-Type"] else None
        return response.status, dict(response.getheaders()), found

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def create(self) -> dict[str, Any]:
        """Return a new todo."""
        status, _, todo = self.ask("POST", PATH, SUBJECT.body(0, {}))
        assert status == 201
        return dict(todo)


@pytest.fixture(scope="module")
def caller(
    service_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Generator[Caller, None, None]:
    one = {**service_environment, "WEB_WORKERS": "1", "WEB_THREADS": "1", "API_RATE": "60000/minute"}
    with running(one, tmp_path_factory.mktemp("counted") / "log") as service:
        caller = Caller(service)
        for _ in range(3):
            caller.create()
        caller.ask("GET", PATH)
        yield caller
        caller.close()


def sent(statements: ServerStatements) -> int:
    """Return how many statements we sent, without transaction words.

    `SELECT 1 FROM ONLY …` is PostgreSQL's own check of a foreign key, inside the server, which costs no round trip.
    """
    return sum(found.calls for found in statements.queries if not re.match(r"SELECT (1|\$\d+) FROM ONLY ", found.text))


def words(statements: ServerStatements) -> dict[str, int]:
    """Return how often each transaction word ran."""
    return {statement.text.split()[0]: statement.calls for statement in statements.transactions}


@pytest.mark.parametrize(
    "path",
    [
        PATH,
        f"{PATH}?limit=1",
        f"{PATH}?{urlencode(FILTERS | {'ordering': SORT_KEYS[-1]})}",
    ],
)
def test_a_list_is_one_statement_without_a_transaction(
    caller: Caller, server_statements: ServerStatements, path: str
) -> None:
    with server_statements.counted() as counted:
        assert [caller.ask("GET", path)[0] for _ in range(TIMES)] == [200] * TIMES
    assert [statement.calls for statement in counted.seen] == [TIMES], counted.seen


def test_a_search_is_one_statement_more_in_a_transaction_of_its_own(
    caller: Caller, server_statements: ServerStatements
) -> None:
    with server_statements.counted() as counted:
        assert [caller.ask("GET", f"{PATH}?{SEARCH}=nothing+like+this")[0] for _ in range(TIMES)] == [200] * TIMES
    assert [statement.calls for statement in counted.queries] == [TIMES, TIMES], counted.seen
    assert words(counted) == {"BEGIN": TIMES, "COMMIT": TIMES}


def test_a_page_by_cursor_is_one_statement(caller: Caller, server_statements: ServerStatements) -> None:
    _, headers, _ = caller.ask("GET", f"{PATH}?limit=1")
    path = f"{PATH}?" + headers["Link"].split("?", 1)[1].split(">", 1)[0]
    with server_statements.counted() as counted:
        assert [caller.ask("GET", path)[0] for _ in range(TIMES)] == [200] * TIMES
    assert [statement.calls for statement in counted.seen] == [TIMES], counted.seen


def test_a_todo_is_one_statement(caller: Caller, server_statements: ServerStatements) -> None:
    path = f"{PATH}/{caller.create()['id']}"
    with server_statements.counted() as counted:
        assert [caller.ask("GET", path)[0] for _ in range(TIMES)] == [200] * TIMES
    assert [statement.calls for statement in counted.seen] == [TIMES], counted.seen


@pytest.mark.parametrize("one", [True, False])
def test_a_304_is_one_statement(caller: Caller, server_statements: ServerStatements, *, one: bool) -> None:
    path = f"{PATH}/{caller.create()['id']}" if one else PATH
    etag = caller.ask("GET", path)[1]["ETag"]
    with server_statements.counted() as counted:
        assert [caller.ask("GET", path, headers={"If-None-Match": etag})[0] for _ in range(TIMES)] == [304] * TIMES
    assert [statement.calls for statement in counted.seen] == [TIMES], counted.seen


def test_creating_is_one_statement_without_a_transaction(caller: Caller, server_statements: ServerStatements) -> None:
    with server_statements.counted() as counted:
        caller.create()
    assert sent(counted) == 1, counted.seen
    assert words(counted) == {}


def test_creating_with_a_key_is_three_statements_in_one_transaction(
    caller: Caller, server_statements: ServerStatements
) -> None:
    with server_statements.counted() as counted:
        assert caller.ask("POST", PATH, SUBJECT.body(0, {}), {"Idempotency-Key": "counted"})[0] == 201
    assert sent(counted) == 3, counted.seen
    assert words(counted) == {"BEGIN": 1, "COMMIT": 1}


def test_replaying_a_key_is_two_statements_in_one_transaction(
    caller: Caller, server_statements: ServerStatements
) -> None:
    body = SUBJECT.body(0, {})
    caller.ask("POST", PATH, body, {"Idempotency-Key": "replayed"})
    with server_statements.counted() as counted:
        _, headers, _ = caller.ask("POST", PATH, body, {"Idempotency-Key": "replayed"})
    assert headers["Idempotency-Replayed"] == "true"
    assert sent(counted) == 2, counted.seen
    assert words(counted) == {"BEGIN": 1, "COMMIT": 1}


@pytest.mark.parametrize("conditional", [True, False])
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_changing_is_two_statements_without_a_transaction(
    caller: Caller, server_statements: ServerStatements, method: str, *, conditional: bool
) -> None:
    todo = caller.create()
    headers = {"If-Match": '"1"'} if conditional else {}
    with server_statements.counted() as counted:
        assert caller.ask(method, f"{PATH}/{todo['id']}", SUBJECT.body(7, {}, full=True), headers)[0] == 200
    assert sent(counted) == 2, counted.seen
    assert words(counted) == {}


def test_deleting_is_one_statement(caller: Caller, server_statements: ServerStatements) -> None:
    todo = caller.create()
    with server_statements.counted() as counted:
        assert caller.ask("DELETE", f"{PATH}/{todo['id']}")[0] == 204
    assert sent(counted) == 1, counted.seen
    assert words(counted) == {"BEGIN": 1, "COMMIT": 1}  # Django's, around every delete of a queryset


def test_deleting_many_is_one_statement(caller: Caller, server_statements: ServerStatements) -> None:
    for _ in range(3):
        caller.ask("POST", PATH, SUBJECT.body(0, {}) | {SUBJECT.text: "Another"})
    with server_statements.counted() as counted:
        assert caller.ask("DELETE", f"{PATH}?{urlencode({SEARCH: 'Another'})}")[0] == 204
    assert sent(counted) == 2, counted.seen  # one sets the deadline of a search


@pytest.mark.parametrize(("method", "status"), [("PATCH", 412), ("DELETE", 412), ("PATCH", 404), ("DELETE", 404)])
def test_a_refused_write_is_at_most_two_statements(
    caller: Caller, server_statements: ServerStatements, method: str, status: int
) -> None:
    number = caller.create()["id"] if status == 412 else 10**17
    with server_statements.counted() as counted:
        assert caller.ask(method, f"{PATH}/{number}", SUBJECT.body(0, {}), {"If-Match": '"99"'})[0] == status
    assert sent(counted) == 2, counted.seen


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/schema", "/docs/errors/not-found", "/nowhere", f"{PATH}/x"])
def test_what_needs_no_todo_asks_no_database(caller: Caller, server_statements: ServerStatements, path: str) -> None:
    caller.ask("GET", path)
    with server_statements.counted() as counted:
        caller.ask("GET", path)
    assert counted.seen == []


def test_a_refused_token_asks_no_database(caller: Caller, server_statements: ServerStatements) -> None:
    with server_statements.counted() as counted:
        assert caller.ask("GET", PATH, headers={"Authorization": "Bearer a.b.c"})[0] == 401
        assert caller.ask("GET", PATH, headers={"Authorization": ""})[0] == 401
    assert counted.seen == []


def test_the_statements_of_a_list_are_the_golden_ones(caller: Caller, server_statements: ServerStatements) -> None:
    texts = []
    for key, sign in zip(SORT_KEYS, cycle(("", "-"))):
        ordering = sign + key
        first = f"{PATH}?limit=1&ordering={ordering}"
        cursor = f"{PATH}?" + caller.ask("GET", first)[1]["Link"].split("?", 1)[1].split(">", 1)[0]
        for path in (first, cursor):
            with server_statements.counted() as counted:
                caller.ask("GET", path)
            texts += [f"-- {ordering}, {'first page' if path == first else 'behind a cursor'}"]
            texts += [re.sub(r" (?=\(SELECT|FROM|WHERE|ORDER BY|LIMIT)", "\n    ", counted.queries[0].text)]
    made = "\n".join(texts) + "\n"
    if not GOLDEN.parent.exists():
        pytest.skip(f"{GOLDEN.parent} would hold the statements to compare with: make it, and they are written there")
    if not GOLDEN.exists():
        GOLDEN.write_text(made, encoding="utf-8")
        pytest.fail(f"{GOLDEN.name} was missing and has been written: read it, then run again.")
    assert made == GOLDEN.read_text(encoding="utf-8"), f"If it is meant to be so: delete {GOLDEN.name} and run again."
