"""Rows that a team shares: every member sees and changes them, a user without a team nothing."""

import pytest

from tests.api.client import ApiClient, parsed
from tests.conformance.factories import MembershipFactory, team_of
from tests.conformance.models import Membership, WorkSite
from tests.factories import UserFactory
from tests.sample import SUBJECTS_BY_MODEL
from todoproject.accounts.models import User
from todoproject.accounts.tokens import issue_access


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
