"""A constraint's refusal is answered by its name, with the member's pointer and without PostgreSQL's words."""

import logging
from functools import partial
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import IntegrityError, connection, transaction
from django.db.models import F, UniqueConstraint
from django.db.models.functions import Lower
from django.http import HttpResponse

from tests.api.client import ApiClient, parsed
from tests.api.threads import threads, wait_until_blocked
from tests.conformance.models import Inspection, WorkSite
from todoproject.accounts.models import User
from todoproject.api.constraints import columns_of
from todoproject.api.rows import Rows

SECRET = "a-value-of-somebody"
WITHOUT_AND_WITH_A_KEY: list[dict[str, str]] = [{}, {"Idempotency-Key": "k"}]
TAKEN = {"detail": "Another row has this already."}


def assert_conflict(response: HttpResponse, pointer: str) -> None:
    assert response.status_code == 409, response.content
    body = parsed(response)
    assert body["type"] == "/docs/errors/already-exists"
    assert body["errors"] == [{"pointer": pointer, **TAKEN}]
    assert "Retry-After" not in response


@pytest.mark.django_db(transaction=True)
def test_a_value_that_may_exist_once_is_a_conflict_that_names_the_member(
    sites: ApiClient, other_sites: ApiClient, caplog: pytest.LogCaptureFixture
) -> None:
    sites.create(name=SECRET)
    row = sites.row()
    own = f"{sites.path}/{row.pk}"
    for method, path in (("POST", sites.path), ("PUT", own), ("PATCH", own)):
        for headers in WITHOUT_AND_WITH_A_KEY:
            with caplog.at_level(logging.DEBUG):
                response = sites.send(method, path, {"name": SECRET}, headers=headers)
            assert_conflict(response, "/name")
            assert SECRET not in response.content.decode() + caplog.text
    row.refresh_from_db()
    assert (row.version, WorkSite.objects.count()) == (1, 2)
    assert other_sites.create(name=SECRET)["name"] == SECRET, "another team may have the same, and learns nothing"


@pytest.mark.parametrize("member", ["rooms", "cost", "day", "starts_at", "site"])
def test_a_number_a_time_and_a_foreign_key_may_exist_once_for_each_owner(
    api: ApiClient, other_api: ApiClient, monkeypatch: pytest.MonkeyPatch, member: str
) -> None:
    first, second, of_another = api.full(), api.full(), other_api.full()
    constraint = UniqueConstraint(name="one_of_a_kind", fields=["owner", member])
    monkeypatch.setattr(Inspection._meta, "constraints", [*Inspection._meta.constraints, constraint])
    column = Inspection._meta.get_field(member).column  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE conformance_inspection ADD CONSTRAINT one_of_a_kind UNIQUE (owner_id, {column})")
    api.create(**first)
    with transaction.atomic():
        assert_conflict(api.send("POST", api.path, second), f"/{member}")
        transaction.set_rollback(True)  # for what the next statement asks the connection
    assert other_api.send("POST", other_api.path, of_another).status_code == 201


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", WITHOUT_AND_WITH_A_KEY, ids=str)
def test_a_constraint_that_is_checked_at_commit_is_a_conflict_too(api: ApiClient, headers: dict[str, str]) -> None:
    api.create(code=SECRET)
    body = api.sample() | {"code": SECRET}
    assert_conflict(api.send("POST", api.path, body, headers=headers), "/code")
    assert Inspection.objects.count() == 1
    assert api.send("POST", api.path, body | {"code": "another"}, headers=headers).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_of_two_posts_at_the_same_moment_one_is_a_conflict(sites: ApiClient) -> None:
    with threads() as pool:
        with transaction.atomic():
            WorkSite.objects.create(name="x", team=sites.row().team)
            posts = [pool.start(partial(sites.send, "POST", sites.path, {"name": "x"})) for _ in range(2)]
            wait_until_blocked(len(posts))
            transaction.set_rollback(True)
        assert sorted(post.result().status_code for post in posts) == [201, 409]


@pytest.mark.django_db(transaction=True)
def test_a_broken_rule_is_refused_with_its_sentence_and_the_pointer(api: ApiClient) -> None:
    own = f"{api.path}/{api.row().pk}"
    for method, path in (("POST", api.path), ("PUT", own), ("PATCH", own)):
        response = api.send(method, path, api.full() | {"cost": "-0.01"})
        assert response.status_code == 400
        assert parsed(response)["errors"] == [{"pointer": "/cost", "detail": "Must not be below zero."}]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("below", ["", "/{}"])
def test_what_others_refer_to_is_not_deleted(api: ApiClient, sites: ApiClient, below: str) -> None:
    inspection = api.row(site_id=api.references["site"])
    response = sites.send("DELETE", sites.path + below.format(inspection.site_id))
    assert (response.status_code, parsed(response)["type"]) == (409, "/docs/errors/in-use")
    assert Inspection.objects.get() == inspection
    inspection.delete()
    path = sites.path + below.format(inspection.site_id)
    for etag in ('"2"', "nonsense"):
        assert sites.send("DELETE", path, headers={"If-Match": etag}).status_code == 412
    assert sites.send("DELETE", path, headers={"If-Match": '"1"'} if below else {}).status_code == 204


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", WITHOUT_AND_WITH_A_KEY, ids=str)
def test_a_site_that_goes_while_an_inspection_is_made_is_refused_by_its_pointer(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, key: dict[str, str]
) -> None:
    body, used = api.sample(), Rows._used
    # As if the site were there when the statement looked: the foreign key finds that it is not.
    monkeypatch.setattr(Rows, "_used", lambda self, values: used(self, values) - {"site"})
    WorkSite.objects.filter(pk=body["site"]).delete()
    response = api.send("POST", api.path, body, headers=key)
    assert response.status_code == 400, response.content
    assert parsed(response)["errors"] == [{"pointer": "/site", "detail": "There is no such work site."}]


@pytest.mark.django_db(transaction=True)
def test_a_site_that_is_used_while_it_is_deleted_is_in_use(sites: ApiClient, api: ApiClient) -> None:
    body = api.sample()
    with threads() as pool:
        with transaction.atomic():
            WorkSite.objects.select_for_update().get(pk=body["site"])
            deleting = pool.start(partial(sites.send, "DELETE", f"{sites.path}/{body['site']}"))
            wait_until_blocked(1)
            api.row(site_id=body["site"])
        assert deleting.result().status_code == 409


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", WITHOUT_AND_WITH_A_KEY, ids=str)
def test_an_owner_who_is_deleted_while_a_row_is_made_is_401(
    api: ApiClient, user: User, monkeypatch: pytest.MonkeyPatch, key: dict[str, str]
) -> None:
    body, create = api.sample() | {"site": api.references["site"]}, Rows.create

    def late(self: Rows, caller: int, values: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        row = create(self, caller, values)
        Inspection.objects.filter(pk=row[self.id]).update(owner_id=0)
        return row

    monkeypatch.setattr(Rows, "create", late)
    response = api.send("POST", api.path, body, headers=key)
    assert (response.status_code, response["WWW-Authenticate"][:6]) == (401, "Bearer")


def test_what_an_exclusion_constraint_refuses_is_400_with_the_pointer(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    constraint = ExclusionConstraint(name="one_title", expressions=[("title", "=")])
    monkeypatch.setattr(Inspection._meta, "constraints", [*Inspection._meta.constraints, constraint])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE conformance_inspection ADD CONSTRAINT one_title EXCLUDE USING hash (title WITH =)")
    api.create(title=SECRET)
    with transaction.atomic():
        response = api.send("POST", api.path, api.sample() | {"title": SECRET})
        transaction.set_rollback(True)  # for what the test's own end asks the connection
    assert response.status_code == 400
    assert parsed(response)["errors"] == [{"pointer": "/title", "detail": "Breaks the rule one title."}]
    assert SECRET not in caplog.text + response.content.decode()


def test_a_constraint_that_nobody_declared_is_a_fault_of_ours_without_values_in_the_log(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(*_: object) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE secrets (value text UNIQUE) ON COMMIT DROP")
            cursor.execute("INSERT INTO secrets VALUES (%s), (%s)", [SECRET, SECRET])

    monkeypatch.setattr(Rows, "create", refused)
    response = api.send("POST", api.path, api.sample())
    assert response.status_code == 500
    assert "duplicate key" in caplog.text
    assert SECRET not in caplog.text + response.content.decode()
    monkeypatch.setattr(Rows, "create", Mock(side_effect=IntegrityError("without a name")))
    assert api.send("POST", api.path, api.sample()).status_code == 500


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        (UniqueConstraint(fields=["owner", "title"], name="x"), ["owner", "title"]),
        (UniqueConstraint(Lower("title"), F("day").desc(), name="x"), ["title", "day"]),
        (ExclusionConstraint(name="x", expressions=[("day", "="), (F("rooms"), "=")]), ["day", "rooms"]),
    ],
)
def test_the_columns_of_a_constraint_are_read_from_its_declaration(constraint: Any, columns: list[str]) -> None:
    assert list(columns_of(constraint)) == columns
