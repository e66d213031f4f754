"""Query parameters: a bad, unknown or repeated one is a 400 that names it, and nothing is done.

tests/api/test_strict_types.py tries the values.
"""

from urllib.parse import quote, urlencode

import pytest

from tests.api.client import ApiClient, parsed
from tests.api.test_strict_types import assert_names
from tests.sample import every
from todoproject.api import query as reading
from todoproject.api.filters import Range, Search

UNKNOWN = ("page", "offset", "Limit", "q[]", "owner", "format", "ä", "a b", "a/b", "a~b", "", "non_field_errors", "\0")


@every
def test_an_unknown_parameter_is_refused_and_one_of_paging_deletes_nothing(api: ApiClient) -> None:
    api.row()
    for name in UNKNOWN:
        for method in ("GET", "DELETE"):
            assert_names(api.send(method, f"{api.path}?{quote(name, safe='')}=1"), name)
    for name in ("limit", "ordering", "cursor"):
        assert_names(api.send("DELETE", f"{api.path}?{name}=1"), name)
    assert api.rows.count() == 1


@every
def test_a_repeated_parameter_is_refused_even_with_equal_values(api: ApiClient) -> None:
    api.row()
    filters = api.subject.finding(api.full())
    for name, value in (filters | {"ordering": "created_at", "limit": "5", "cursor": "x", "unknown": "x"}).items():
        twice = urlencode([(name, value), (name, value)])
        assert_names(api.send("GET", f"{api.path}?{twice}"), name)
        assert_names(api.send("DELETE", f"{api.path}?{twice}"), name)
    assert api.rows.count() == 1


def test_a_repeated_parameter_is_named_by_what_is_wrong_with_it(api: ApiClient) -> None:
    response = api.send("GET", f"{api.path}?limit=1&limit=1")
    assert parsed(response)["errors"] == [{"pointer": "?limit", "detail": "Given more than once."}]


def test_every_wrong_parameter_is_named_at_once(api: ApiClient) -> None:
    response = api.send("GET", f"{api.path}?limit=0&colour=red&ordering=created_at&ordering=updated_at")
    assert_names(response, "limit", "colour", "ordering")


def test_a_malformed_query_is_never_a_server_error(api: ApiClient) -> None:
    for query in ("limit", "=1", "&", "?limit=1", "limit=1;limit=2"):
        assert api.send("GET", f"{api.path}?{query}").status_code in {200, 400}


MOMENTS = (
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2026-11-23t09:00:00z", "2026-11-23 09:00:00-12:00"),
)


@every
def test_a_value_at_the_edge_is_accepted(api: ApiClient) -> None:
    queries = ["limit=1", "limit=200", "limit=007"]
    queries += [urlencode({name: value}) for name, value in api.subject.finding(api.full()).items()]
    for name, each in api.subject.resource.filters.items():
        if isinstance(each, Search):
            queries += [f"{name}={quote(value)}" for value in (" ", "%", "\N{PARTY POPPER}" * 200)]
    moments = [name for name, each in api.subject.parameters.items() if type(each).__name__ == "ZonedDateTimeField"]
    queries += [urlencode({name: moment}) for name in moments for moment in MOMENTS]
    for query in queries:
        assert api.send("GET", f"{api.path}?{query}").status_code == 200, query


@every
def test_every_filter_finds_what_it_means_and_nothing_else(api: ApiClient) -> None:
    found, other = api.full(5), api.full(8)
    row = api.row(found)
    api.like(other)
    finding = api.subject.finding(found)
    assert [each["id"] for each in parsed(api.send("GET", f"{api.path}?{urlencode(finding)}"))] == [row.pk]


@every
def test_a_row_without_a_value_is_within_no_bounds(api: ApiClient) -> None:
    ranges = {
        name: each.column or name for name, each in api.subject.resource.filters.items() if isinstance(each, Range)
    }
    absent = {name: column for name, column in ranges.items() if api.subject.members[column].allow_null}
    finding = api.subject.finding(api.full())
    api.row(dict.fromkeys(absent.values()))
    for name, value in finding.items():
        if name.rpartition("_")[0] in absent:
            assert parsed(api.send("GET", f"{api.path}?{urlencode({name: value})}")) == [], name
            assert api.send("DELETE", f"{api.path}?{urlencode({name: value})}").status_code == 204, name
    assert api.rows.count() == 1


def test_a_query_that_is_not_utf_8_is_refused_and_not_read_as_something_else(api: ApiClient) -> None:
    response = api.send("GET", f"{api.path}?limit=%FF")
    assert (response.status_code, parsed(response)["detail"]) == (400, "The query string is not UTF-8.")


def test_few_queries_are_remembered_and_none_that_is_long(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_REMEMBERED", 10)
    reading._accepted.clear()
    for _ in range(2):  # the second time, the first is remembered: of another method it means nothing
        assert api.send("GET", f"{api.path}?limit=1").status_code == 200
        assert_names(api.send("DELETE", f"{api.path}?limit=1"), "limit")
    for number in range(1, 30):
        assert api.send("GET", f"{api.path}?limit={number}").status_code == 200
        assert len(reading._accepted) <= 10
    reading._accepted.clear()
    api.send("GET", f"{api.path}?q={'x' * reading.SHORT_CHARACTERS}")
    assert not reading._accepted
