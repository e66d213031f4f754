"""A foreign key never leaves its scope: missing rows and those of others get one answer, and nothing is written."""

import pytest
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from tests.api.client import ApiClient, parsed
from tests.conformance.factories import MembershipFactory, team_of
from tests.conformance.models import Inspection, Membership
from todoproject.accounts.models import User

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
    assert errors(api, "POST", api.path, api.full() | {"inspector": other_user.pk + 1_000_000}) == NO_USER


def test_a_user_of_the_named_set_is_taken(api: ApiClient, user: User) -> None:
    colleague = MembershipFactory.create(team=team_of(user)).user
    assert api.create(inspector=colleague.pk)["inspector"] == colleague.pk


def test_all_wrong_keys_are_named_at_once(api: ApiClient, other_user: User, other_sites: ApiClient) -> None:
    body = api.full() | {"inspector": other_user.pk, "site": other_sites.row().pk}
    assert sorted(map(str, errors(api, "POST", api.path, body))) == sorted(map(str, NO_USER + NO_SITE))


def test_a_key_is_decided_in_the_statement_that_writes(
    api: ApiClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    body = api.full()
    with django_assert_num_queries(1):
        response = api.send("POST", api.path, body)
    assert response.status_code == 201
    with django_assert_num_queries(2):  # the UPDATE, and the row as it is now
        assert api.send("PATCH", response["Location"], {"site": body["site"]}).status_code == 200


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}], ids=["without a key", "with a key"])
def test_a_site_of_a_team_that_the_user_has_left_is_refused(api: ApiClient, user: User, key: dict[str, str]) -> None:
    body = api.sample()
    Membership.objects.filter(user=user).delete()
    response = api.send("POST", api.path, body, headers=key)
    assert (response.status_code, parsed(response)["errors"]) == (400, NO_SITE)


def test_null_names_nobody_and_is_no_query_of_its_own(
    api: ApiClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    body = api.full() | {"inspector": None}
    with django_assert_num_queries(1):
        assert parsed(api.send("POST", api.path, body))["inspector"] is None


@pytest.mark.parametrize("value", [0, -1, "1", True, 1.0, [], {}, 2**63])
def test_a_key_is_a_whole_number(api: ApiClient, value: object) -> None:
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
