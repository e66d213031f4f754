"""Query parameters: a bad, unknown or repeated one is a 400 that names it, and nothing is done."""

from urllib.parse import quote

import pytest
from django.http import HttpResponse

from tests.api.client import ApiClient, parsed
from tests.factories import TodoFactory
from todoproject.accounts.models import User
from todos.models import Todo

FILTERS = ["completed", "due_before", "due_after", "q"]


def assert_names(response: HttpResponse, *names: str) -> None:
    """Assert a validation problem about exactly these parameters."""
    assert response.status_code == 400, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body = parsed(response)
    assert body["type"] == "/docs/errors/validation-failed"
    assert sorted(error["pointer"] for error in body["errors"]) == sorted(f"?{name}" for name in names)
    assert all(error["detail"] for error in body["errors"])


BAD_FILTERS = [
    ("completed", ["", "True", "TRUE", "1", "0", "yes", "null", " true", "true ", "truefalse"]),
    ("q", ["", "x" * 201, "\N{PARTY POPPER}" * 201, "\0", "a\0b"]),
    *(
        (
            name,
            [
                "",
                "2026-11-23",
                "2026-11-23T09:00:00",
                "2026-11-23T09:00Z",
                "2026-W48-1T09:00:00Z",
                "20261123T090000Z",
                "2026-02-30T09:00:00Z",
                "2026-11-23T25:00:00Z",
                "2026-11-23T09:00:00+24:00",
                "0001-01-01T00:00:00+00:01",
                "9999-12-31T23:59:59-00:01",
                "0000-01-01T00:00:00Z",
                "10000-01-01T00:00:00Z",
                "٢٠٢٦-11-23T09:00:00Z",
                "1763888400",
                "now",
                "infinity",
                "2026-11-23T09:00:00Z\n",
                "2026-11-23T09:00:00\0Z",
            ],
        )
        for name in ("due_before", "due_after")
    ),
]
BAD_PAGING = [
    ("ordering", ["", "id", "owner", "CREATED_AT", "--title", "+title", "title,order", "-", "?", "owner__password"]),
    (
        "limit",
        [
            "",
            "0",
            "-1",
            "201",
            "1.0",
            "1e2",
            "0x10",
            " 5",
            "5 ",
            "\N{ARABIC-INDIC DIGIT FIVE}",
            "five",
            "9" * 19,
            "1_0",
            "+5",
        ],
    ),
]


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in [*BAD_FILTERS, *BAD_PAGING] for value in values]
)
def test_a_bad_value_is_refused(api: ApiClient, name: str, value: str) -> None:
    assert_names(api.send("GET", f"/todos?{name}={quote(value)}"), name)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD_FILTERS for value in values])
def test_a_bad_filter_deletes_nothing(api: ApiClient, user: User, name: str, value: str) -> None:
    TodoFactory.create(owner=user, completed=False)
    assert_names(api.send("DELETE", f"/todos?{name}={quote(value)}"), name)
    assert Todo.objects.filter(owner=user).count() == 1


@pytest.mark.parametrize("name", ["page", "offset", "Limit", "q[]", "owner", "format", "ä", "a b", "a/b", "a~b", ""])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_parameter_is_refused(api: ApiClient, user: User, method: str, name: str) -> None:
    TodoFactory.create(owner=user)
    assert_names(api.send(method, f"/todos?{quote(name, safe='')}=1"), name)
    assert Todo.objects.filter(owner=user).count() == 1


@pytest.mark.parametrize("name", ["limit", "ordering", "cursor"])
def test_paging_parameters_delete_nothing(api: ApiClient, user: User, name: str) -> None:
    TodoFactory.create(owner=user)
    assert_names(api.send("DELETE", f"/todos?{name}=1"), name)
    assert Todo.objects.filter(owner=user).count() == 1


GOOD = {
    "completed": "true",
    "due_before": "2026-01-01T00:00:00Z",
    "due_after": "2026-01-01T00:00:00Z",
    "q": "a",
    "ordering": "title",
    "limit": "5",
}


@pytest.mark.parametrize("name", [*GOOD, "cursor", "unknown"])
def test_a_repeated_parameter_is_refused_even_with_equal_values(api: ApiClient, name: str) -> None:
    value = quote(GOOD.get(name, "x"))
    assert_names(api.send("GET", f"/todos?{name}={value}&{name}={value}"), name)


@pytest.mark.parametrize("name", FILTERS)
def test_a_repeated_filter_deletes_nothing(api: ApiClient, user: User, name: str) -> None:
    TodoFactory.create(owner=user, completed=False)
    assert_names(api.send("DELETE", f"/todos?{name}={quote(GOOD[name])}&{name}={quote(GOOD[name])}"), name)
    assert Todo.objects.filter(owner=user).count() == 1


def test_every_wrong_parameter_is_named_at_once(api: ApiClient) -> None:
    response = api.send("GET", "/todos?limit=0&completed=maybe&colour=red&ordering=title&ordering=order")
    assert_names(response, "limit", "completed", "colour", "ordering")


@pytest.mark.parametrize("query", ["limit", "=1", "&", "?limit=1", "limit=1;q=a"])
def test_a_malformed_query_is_never_a_server_error(api: ApiClient, query: str) -> None:
    assert api.send("GET", f"/todos?{query}").status_code in {200, 400}


@pytest.mark.parametrize(
    "query",
    [
        "q=%20",
        "q=%25",
        "q=" + quote("\N{PARTY POPPER}" * 200),
        "limit=1",
        "limit=200",
        "limit=007",
        "due_before=0001-01-01T00:00:00Z",
        "due_after=9999-12-31T23:59:59.999999999Z",
        "due_before=2026-11-23t09:00:00z",
        "due_before=2026-11-23%2009:00:00-12:00",
        *(f"{name}={quote(value)}" for name, value in GOOD.items()),
    ],
)
def test_a_value_at_the_edge_is_accepted(api: ApiClient, query: str) -> None:
    assert api.send("GET", f"/todos?{query}").status_code == 200


def test_a_query_that_is_not_utf_8_is_refused_and_not_read_as_something_else(api: ApiClient) -> None:
    response = api.send("GET", "/todos?q=%FF")
    assert (response.status_code, parsed(response)["detail"]) == (400, "The query string is not UTF-8.")
