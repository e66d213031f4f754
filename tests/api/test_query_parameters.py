"""Query parameters: a bad, unknown or repeated one is a 400 that names it, and nothing is done."""

from urllib.parse import quote

import pytest
from django.http import HttpResponse

from tests.api.client import ApiClient, parsed
from tests.factories import TodoFactory
from tests.sample import FINDING, FLAG_FILTERS, MOMENT_FILTERS, PATH, SORT_KEYS, TEXT_FILTERS
from todoproject.accounts.models import User
from todos.models import Todo


def assert_names(response: HttpResponse, *names: str) -> None:
    """Assert a validation problem about exactly these parameters."""
    assert response.status_code == 400, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body = parsed(response)
    assert body["type"] == "/docs/errors/validation-failed"
    assert sorted(error["pointer"] for error in body["errors"]) == sorted(f"?{name}" for name in names)
    assert all(error["detail"] for error in body["errors"])


BAD_FILTERS = [
    *((name, ["", "True", "TRUE", "1", "0", "yes", "null", " true", "true ", "truefalse"]) for name in FLAG_FILTERS),
    *(
        (name, ["", "x" * (characters + 1), "\N{PARTY POPPER}" * (characters + 1), "\0", "a\0b"])
        for name, characters in TEXT_FILTERS.items()
    ),
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
        for name in MOMENT_FILTERS
    ),
]
BAD_PAGING = [
    (
        "ordering",
        [
            "",
            "id",
            "owner",
            SORT_KEYS[0].upper(),
            f"--{SORT_KEYS[0]}",
            f"+{SORT_KEYS[0]}",
            ",".join(SORT_KEYS),
            "-",
            "?",
            "owner__password",
        ],
    ),
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
    assert_names(api.send("GET", f"{PATH}?{name}={quote(value)}"), name)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD_FILTERS for value in values])
def test_a_bad_filter_deletes_nothing(api: ApiClient, user: User, name: str, value: str) -> None:
    TodoFactory.create(owner=user)
    assert_names(api.send("DELETE", f"{PATH}?{name}={quote(value)}"), name)
    assert Todo.objects.filter(owner=user).count() == 1


@pytest.mark.parametrize("name", ["page", "offset", "Limit", "q[]", "owner", "format", "ä", "a b", "a/b", "a~b", ""])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_parameter_is_refused(api: ApiClient, user: User, method: str, name: str) -> None:
    TodoFactory.create(owner=user)
    assert_names(api.send(method, f"{PATH}?{quote(name, safe='')}=1"), name)
    assert Todo.objects.filter(owner=user).count() == 1


@pytest.mark.parametrize("name", ["limit", "ordering", "cursor"])
def test_paging_parameters_delete_nothing(api: ApiClient, user: User, name: str) -> None:
    TodoFactory.create(owner=user)
    assert_names(api.send("DELETE", f"{PATH}?{name}=1"), name)
    assert Todo.objects.filter(owner=user).count() == 1


EDGES = [
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "2026-11-23t09:00:00z",
    "2026-11-23%2009:00:00-12:00",
]
GOOD = FINDING | {"ordering": SORT_KEYS[-1], "limit": "5"}


@pytest.mark.parametrize("name", [*GOOD, "cursor", "unknown"])
def test_a_repeated_parameter_is_refused_even_with_equal_values(api: ApiClient, name: str) -> None:
    value = quote(GOOD.get(name, "x"))
    assert_names(api.send("GET", f"{PATH}?{name}={value}&{name}={value}"), name)


@pytest.mark.parametrize("name", FINDING)
def test_a_repeated_filter_deletes_nothing(api: ApiClient, user: User, name: str) -> None:
    TodoFactory.create(owner=user)
    assert_names(api.send("DELETE", f"{PATH}?{name}={quote(FINDING[name])}&{name}={quote(FINDING[name])}"), name)
    assert Todo.objects.filter(owner=user).count() == 1


def test_every_wrong_parameter_is_named_at_once(api: ApiClient) -> None:
    wrong_flags = "".join(f"&{name}=maybe" for name in FLAG_FILTERS)
    twice = "&".join(f"ordering={key}" for key in SORT_KEYS[:2])
    response = api.send("GET", f"{PATH}?limit=0&colour=red&{twice}{wrong_flags}")
    assert_names(response, "limit", "colour", "ordering", *FLAG_FILTERS)


@pytest.mark.parametrize("query", ["limit", "=1", "&", "?limit=1", "limit=1;limit=2"])
def test_a_malformed_query_is_never_a_server_error(api: ApiClient, query: str) -> None:
    assert api.send("GET", f"{PATH}?{query}").status_code in {200, 400}


@pytest.mark.parametrize(
    "query",
    [
        *(f"{name}=%20" for name in TEXT_FILTERS),
        *(f"{name}=%25" for name in TEXT_FILTERS),
        *(f"{name}={quote('\N{PARTY POPPER}' * characters)}" for name, characters in TEXT_FILTERS.items()),
        "limit=1",
        "limit=200",
        "limit=007",
        *(f"{name}={moment}" for name in MOMENT_FILTERS for moment in EDGES),
        *(f"{name}={quote(value)}" for name, value in GOOD.items()),
    ],
)
def test_a_value_at_the_edge_is_accepted(api: ApiClient, query: str) -> None:
    assert api.send("GET", f"{PATH}?{query}").status_code == 200


def test_a_query_that_is_not_utf_8_is_refused_and_not_read_as_something_else(api: ApiClient) -> None:
    response = api.send("GET", f"{PATH}?limit=%FF")
    assert (response.status_code, parsed(response)["detail"]) == (400, "The query string is not UTF-8.")
