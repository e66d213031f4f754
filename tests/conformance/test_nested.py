"""A list below a parent: one statement finds its rows, or that the caller sees no such parent."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.client import ApiClient, parsed
from tests.api.paging import ids, pages
from tests.conformance.models import Membership


@pytest.fixture
def path(api: ApiClient) -> str:
    return f"/work-sites/{api.references['site']}/inspections"


def asked(api: ApiClient, path: str) -> tuple[int, int]:
    """Return the status, and how many statements it took."""
    with CaptureQueriesContext(connection) as queries:
        response = api.send("GET", path)
    return response.status_code, len(queries)


def test_it_holds_the_rows_of_its_parent_as_their_own_addresses_give_them(
    api: ApiClient, sites: ApiClient, path: str
) -> None:
    inside = api.create()
    api.create(site=sites.row().pk)
    assert parsed(api.send("GET", path)) == [inside] == [parsed(api.send("GET", inside["url"]))]


def test_a_page_is_one_statement_with_rows_and_without(api: ApiClient, path: str) -> None:
    assert asked(api, path) == (200, 1)
    assert parsed(api.send("GET", path)) == []
    api.row(site_id=api.references["site"])
    assert asked(api, path) == (200, 1)


def test_below_a_parent_that_is_not_there_or_somebody_else_s_it_is_404_in_one_statement(
    api: ApiClient, other_sites: ApiClient
) -> None:
    theirs = other_sites.row().pk
    for site in (theirs, theirs + 1_000_000, 2**63 - 1):
        assert asked(api, f"/work-sites/{site}/inspections") == (404, 1)
    assert api.send("GET", f"/work-sites/{2**63}/inspections").status_code == 404
    assert api.send("GET", "/work-sites/x/inspections").status_code == 404


def test_below_the_parent_of_a_team_that_the_user_has_left_it_is_404(api: ApiClient, path: str) -> None:
    api.row(site_id=api.references["site"])
    Membership.objects.all().delete()
    assert api.send("GET", path).status_code == 404


def test_what_a_colleague_has_below_it_is_not_shown(api: ApiClient, other_api: ApiClient, path: str) -> None:
    Membership.objects.update(team=Membership.objects.get(user=api.user).team)
    other_api.row(site_id=api.references["site"])
    assert parsed(api.send("GET", path)) == []


def test_its_pages_lead_through_all_rows_and_back(api: ApiClient, path: str) -> None:
    made = [api.spread(number) for number in range(7)]
    for ordering in ("created_at", "-created_at", "day", "-day"):
        column = ordering.removeprefix("-")
        wanted = sorted(made, key=lambda row: (getattr(row, column), row.pk), reverse=ordering.startswith("-"))
        forward = list(pages(api, f"{path}?ordering={ordering}&limit=3&q=title"))
        assert [number for rows, _ in forward for number in ids(rows)] == [row.pk for row in wanted]
        backward = list(pages(api, forward[-1][1], "prev"))
        assert [ids(rows) for rows, _ in backward] == [ids(rows) for rows, _ in reversed(forward)]
        assert all(path in address for _, address in forward[1:])


def test_only_the_orderings_of_the_nested_list_are_known(api: ApiClient, path: str) -> None:
    assert api.send("GET", f"{path}?ordering=cost").status_code == 400


def test_it_is_for_reading_alone_with_a_token(api: ApiClient, anonymous: ApiClient, path: str) -> None:
    for method in ("POST", "DELETE", "PUT", "PATCH"):
        response = api.send(method, path, api.sample())
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert anonymous.send("GET", path).status_code == 401
