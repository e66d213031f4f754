"""A team shares rows, a user without a team sees none of them, and no key and no list below a parent leaves its scope.

Missing rows and those of others get one answer, and nothing is written.
"""

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from tests.api.client import ApiClient, parsed
from tests.api.paging import ids, pages
from tests.conformance.factories import MembershipFactory, team_of
from tests.conformance.models import Inspection, Membership, WorkSite
from tests.factories import UserFactory
from tests.sample import SUBJECTS_BY_MODEL
from todoproject.accounts.models import User
from todoproject.accounts.tokens import issue_access

NO_SITE = [{"pointer": "/site", "detail": "There is no such work site."}]
NO_USER = [{"pointer": "/inspector", "detail": "There is no such user."}]


def errors(api: ApiClient, method: str, path: str, body: object) -> list[dict[str, str]]:
    response = api.send(method, path, body)
    assert response.status_code == 400, response.content
    found: list[dict[str, str]] = parsed(response)["errors"]
    return found


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_row_of_another_team_is_refused_as_one_that_is_not_there(
    api: ApiClient, other_sites: ApiClient, method: str
) -> None:
    theirs, row, body = other_sites.row(), api.row(), api.full()
    before = list(Inspection.objects.values())
    path = api.path if method == "POST" else f"{api.path}/{row.pk}"
    assert errors(api, method, path, body | {"site": theirs.pk}) == NO_SITE
    assert errors(api, method, path, body | {"site": theirs.pk + 1_000_000}) == NO_SITE
    assert list(Inspection.objects.values()) == before


def test_a_user_outside_of_the_named_set_is_refused_as_one_that_is_not_there(api: ApiClient, other_user: User) -> None:
    assert errors(api, "POST", api.path, api.full() | {"inspector": other_user.pk}) == NO_USER
    both = errors(api, "POST", api.path, api.full() | {"inspector": other_user.pk + 1_000_000, "site": 1_000_000})
    assert sorted(map(str, both)) == sorted(map(str, NO_USER + NO_SITE))


def test_a_user_of_the_named_set_is_taken(api: ApiClient, user: User) -> None:
    colleague = MembershipFactory.create(team=team_of(user)).user
    assert api.create(inspector=colleague.pk)["inspector"] == colleague.pk


def test_a_key_is_decided_in_the_statement_that_writes(
    api: ApiClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    body = api.full()
    with django_assert_num_queries(2):
        response = api.send("POST", api.path, body)
        assert parsed(api.send("POST", api.path, api.full() | {"inspector": None}))["inspector"] is None
    assert response.status_code == 201
    with django_assert_num_queries(2):  # the UPDATE, and the row as it is now
        assert api.send("PATCH", response["Location"], {"site": body["site"]}).status_code == 200


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}], ids=["without a key", "with a key"])
def test_a_site_of_a_team_that_the_user_has_left_is_refused(api: ApiClient, user: User, key: dict[str, str]) -> None:
    body = api.sample()
    Membership.objects.filter(user=user).delete()
    response = api.send("POST", api.path, body, headers=key)
    assert (response.status_code, parsed(response)["errors"]) == (400, NO_SITE)


def test_a_key_is_a_whole_number(api: ApiClient) -> None:
    values: list[object] = [0, -1, "1", True, 1.0, [], {}, 2**63]
    for value in values:
        (error,) = errors(api, "POST", api.path, api.full() | {"site": value})
        assert error["pointer"] == "/site"


def test_a_filter_by_a_row_of_another_team_finds_nothing(api: ApiClient, other_api: ApiClient) -> None:
    theirs: Model = other_api.row()
    site = theirs.site_id  # type: ignore[attr-defined]
    assert parsed(api.send("GET", f"{api.path}?site={site}")) == []


def test_a_user_who_is_deleted_leaves_null_and_a_new_version(api: ApiClient, user: User) -> None:
    colleague = MembershipFactory.create(team=team_of(user)).user
    created = api.send("POST", api.path, api.full() | {"inspector": colleague.pk})
    User.objects.get(pk=colleague.pk).delete()
    read = api.send("GET", created["Location"], headers={"If-None-Match": created["ETag"]})
    assert (read.status_code, parsed(read)["inspector"]) == (200, None)
    assert read["ETag"] != created["ETag"]


# ── Shared rows ──────────────────────────────────────────────────────────────────────────────────────────────────────
def client_of(user: User) -> ApiClient:
    return ApiClient(issue_access(user.pk), user=user, subject=SUBJECTS_BY_MODEL[WorkSite])


def test_what_a_colleague_has_made_is_seen_and_changed(sites: ApiClient, user: User) -> None:
    colleague = client_of(MembershipFactory.create(team=team_of(user)).user)
    made = sites.create()
    assert [row["id"] for row in parsed(colleague.send("GET", sites.path))] == [made["id"]]
    assert parsed(colleague.send("PATCH", made["url"], {"name": "Renamed"}))["name"] == "Renamed"
    assert colleague.send("DELETE", made["url"]).status_code == 204


def test_a_user_without_a_team_sees_nothing_and_may_create_nothing(sites: ApiClient, db: None) -> None:
    row, nobody = sites.row(), client_of(UserFactory.create())
    assert parsed(nobody.send("GET", nobody.path)) == []
    assert nobody.send("DELETE", nobody.path).status_code == 204
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert nobody.send(method, f"{nobody.path}/{row.pk}", {"name": "x"}).status_code == 404
    response = nobody.send("POST", nobody.path, {"name": "x"})
    assert (response.status_code, parsed(response)["type"]) == (403, "/docs/errors/forbidden")
    assert list(WorkSite.objects.all()) == [row]


def test_a_user_who_changes_the_team_sees_the_new_one_at_once(sites: ApiClient, other_user: User) -> None:
    theirs = client_of(other_user).create()
    Membership.objects.filter(user=sites.user).update(team=team_of(other_user))
    assert [row["id"] for row in parsed(sites.send("GET", sites.path))] == [theirs["id"]]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_keeps_the_team(sites: ApiClient, method: str) -> None:
    row = sites.row()
    sites.send(method, f"{sites.path}/{row.pk}", {"name": "Renamed", "team": 1, "team_id": 1})
    assert WorkSite.objects.get().team == row.team


# ── A list below a parent ────────────────────────────────────────────────────────────────────────────────────────────
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
