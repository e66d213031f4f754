"""Users see and change no rows of others, and a deleted or inactive user writes nothing."""

from urllib.parse import urlencode

import pytest

from tests.api.client import ApiClient, parsed
from tests.sample import PRIVATE, SUBJECTS, every
from todoproject.accounts.models import User
from todoproject.api.scope import Owned
from todoproject.idempotency.models import IdempotencyRecord

WRITES = [("POST", ""), ("PUT", "/1"), ("PATCH", "/1"), ("DELETE", "/1"), ("DELETE", "")]
private = pytest.mark.parametrize("subject", PRIVATE, ids=str)


def rows(api: ApiClient) -> list[tuple[object, ...]]:
    return list(api.rows.order_by("pk").values_list())


@private
def test_a_row_of_somebody_else_is_404_and_untouched(api: ApiClient, other_api: ApiClient) -> None:
    row, body = other_api.row(), api.full()
    before = rows(api)
    conditions: list[dict[str, str]] = [{}, {"If-Match": "*"}, {"If-Match": '"1"'}, {"If-None-Match": "*"}]
    for verb in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
        for headers in conditions:
            theirs, missing = (
                api.send(verb, f"{api.path}/{number}", body, headers=headers) for number in (row.pk, row.pk + 10_000)
            )
            assert theirs.status_code == missing.status_code == 404, (verb, headers)
            if verb != "HEAD":
                own = dict.fromkeys(("instance", "request_id"))
                assert parsed(theirs) | own == parsed(missing) | own, "it looks like one that is not there"
    assert rows(api) == before


@private
def test_a_list_holds_only_what_is_the_callers(api: ApiClient, other_api: ApiClient) -> None:
    body = other_api.full()
    other_api.row(body)
    other_api.like(body)
    finding = api.subject.finding(body)
    for query in (
        {},
        {"ordering": api.subject.orderings[-1], "limit": "1"},
        *({name: finding[name]} for name in finding),
    ):
        theirs, response = (caller.send("GET", f"{api.path}?{urlencode(query)}") for caller in (other_api, api))
        assert parsed(theirs), query
        assert parsed(response) == []
        assert "Link" not in response


@private
def test_deleting_all_rows_leaves_those_of_others(api: ApiClient, other_api: ApiClient) -> None:
    mine, theirs = api.row(), other_api.row()
    assert api.send("DELETE", api.path).status_code == 204
    assert list(api.rows.filter(pk__in=[mine.pk, theirs.pk])) == [theirs]


@pytest.mark.parametrize("subject", [each for each in SUBJECTS if not each.private], ids=str)
def test_a_row_that_everyone_may_see_is_seen(api: ApiClient, other_api: ApiClient) -> None:
    assert api.send("GET", f"{api.path}/{other_api.row().pk}").status_code == 200


@private
def test_a_scope_in_the_body_is_ignored(api: ApiClient, other_api: ApiClient) -> None:
    row, other, column = api.row(), other_api.row(), api.subject.scope.column
    theirs = dict.fromkeys((column, f"{column}_id"), getattr(other, f"{column}_id"))
    for method, path in (("POST", api.path), ("PUT", f"{api.path}/{row.pk}"), ("PATCH", f"{api.path}/{row.pk}")):
        assert api.send(method, path, api.full() | theirs).status_code in {200, 201}
    kept = set(api.rows.exclude(pk=other.pk).values_list(f"{column}_id", flat=True))
    assert kept == {getattr(row, f"{column}_id")}


@every
def test_nobody_gets_in_without_a_valid_token(anonymous: ApiClient, api: ApiClient) -> None:
    api.row(id=1)
    before, body = rows(api), api.full()
    for headers in ({}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic dXNlcjpwYXNz"}):
        for method, below in [*WRITES, ("GET", ""), ("GET", "/1"), ("HEAD", "")]:
            response = anonymous.send(method, api.path + below, body, headers=headers)
            assert response.status_code == 401, (method, below)
            assert response["WWW-Authenticate"].startswith("Bearer")
    assert rows(api) == before


@every
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gone", ["deleted", "inactive"])
def test_a_write_with_the_token_of_a_user_who_may_no_longer_is_401(api: ApiClient, user: User, gone: str) -> None:
    body = api.full()
    if gone == "deleted":
        user.delete()
    else:
        api.row(id=1)
        User.objects.update(is_active=False)
    before = rows(api)
    for method, below in WRITES:
        etags = ("*", '"1"', "nonsense") if below else ("*",)
        for headers in ({}, *({"Idempotency-Key": "k", "If-Match": etag} for etag in etags)):
            response = api.send(method, api.path + below, body, headers=headers)
            assert response.status_code == 401, (method, below, headers)
            assert response["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'
            assert parsed(response)["type"] == "/docs/errors/not-authenticated"
    assert rows(api) == before
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("subject", [each for each in SUBJECTS if isinstance(each.scope, Owned)], ids=str)
def test_the_rows_of_a_deleted_user_go_with_them_and_no_others(
    api: ApiClient, user: User, other_api: ApiClient
) -> None:
    api.row(), api.row()
    theirs = other_api.row()
    user.delete()
    assert list(api.rows.values_list("pk", flat=True)) == [theirs.pk]
