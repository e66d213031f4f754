"""Conditional requests: strong ETags, 304 for an answer that the client holds, 412 for a change of another version."""

import re
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse

from tests.api.client import ApiClient, parsed
from tests.api.threads import threads, wait_until_blocked
from tests.sample import every

STRONG = re.compile(r'"[!#-~]+"')
STALE = [
    '"999"',
    'W/"1"',
    '"1',
    "1",
    "",
    "nonsense",
    '"01"',
    '"x", "y"',
    '"999", W/"1"',
    '"9999999999999999999999"',
    "\xff",
]


@pytest.fixture
def row(api: ApiClient) -> Any:
    return api.row(api.sample())


def conditional(api: ApiClient, method: str, row: Any, header: str, etag: str) -> HttpResponse:
    return api.send(method, f"{api.path}/{row.pk}", api.full(), headers={header: etag})


@every
def test_every_answer_with_a_row_has_the_same_strong_etag_until_it_changes(api: ApiClient) -> None:
    created = api.send("POST", api.path, api.sample())
    url = parsed(created)["url"]
    read, again = api.send("GET", url), api.send("HEAD", url)
    assert created["ETag"] == read["ETag"] == again["ETag"]
    assert STRONG.fullmatch(read["ETag"])


@every
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_is_answered_with_the_new_etag(api: ApiClient, row: Any, method: str) -> None:
    before = api.send("GET", f"{api.path}/{row.pk}")["ETag"]
    changed = conditional(api, method, row, "If-Match", before)
    assert changed["ETag"] != before
    assert changed["ETag"] == api.send("GET", f"{api.path}/{row.pk}")["ETag"]


@every
def test_a_list_has_a_strong_etag_that_follows_its_content(api: ApiClient, row: Any) -> None:
    before, same = api.send("GET", api.path)["ETag"], api.send("GET", api.path)["ETag"]
    assert STRONG.fullmatch(before)
    assert before == same
    api.send("PATCH", f"{api.path}/{row.pk}", api.full())
    assert api.send("GET", api.path)["ETag"] != before


def test_pages_with_equal_rows_and_different_links_have_different_etags(api: ApiClient, row: Any) -> None:
    alone = api.send("GET", f"{api.path}?limit=1&ordering=created_at")
    api.row()
    followed = api.send("GET", f"{api.path}?limit=1&ordering=created_at")
    assert alone.content == followed.content
    assert alone["ETag"] != followed["ETag"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("below", ["", "/{}"])
@pytest.mark.parametrize("held", ["{}", "W/{}", '"other", {}', '"a,b" ,W/{},"c"', "*", " * "])
def test_what_the_client_holds_is_304_with_the_headers_of_200(
    api: ApiClient, row: Any, method: str, below: str, held: str
) -> None:
    path = api.path + below.format(row.pk)
    full = api.send("GET", path)
    response = api.send(method, path, headers={"If-None-Match": held.format(full["ETag"])})
    assert (response.status_code, response.content) == (304, b"")
    for header in ("ETag", "Cache-Control", "Vary"):
        assert response[header] == full[header]


@pytest.mark.parametrize("below", ["", "/{}"])
@pytest.mark.parametrize("held", ['"other"', "", "nonsense", '"other', 'W/"other", "x"', "1", '"*"', "\xff"])
def test_what_the_client_does_not_hold_is_sent(api: ApiClient, row: Any, below: str, held: str) -> None:
    assert api.send("GET", api.path + below.format(row.pk), headers={"If-None-Match": held}).status_code == 200


def test_if_none_match_gives_nothing_away_about_what_is_not_there(api: ApiClient) -> None:
    assert api.send("GET", f"{api.path}/1", headers={"If-None-Match": "*"}).status_code == 404


@every
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("etag", ['"1"', "*", '"7", "1"', 'W/"9","1"'])
def test_a_write_goes_through_when_the_etag_is_current(api: ApiClient, row: Any, method: str, etag: str) -> None:
    assert conditional(api, method, row, "If-Match", etag).status_code in {200, 204}
    assert not api.rows.filter(version=1).exists()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("etag", STALE)
def test_a_write_with_a_stale_weak_or_malformed_etag_is_412_and_changes_nothing(
    api: ApiClient, row: Any, method: str, etag: str
) -> None:
    before = list(api.rows.values())
    response = conditional(api, method, row, "If-Match", etag)
    assert response.status_code == 412
    assert parsed(response)["type"] == "/docs/errors/precondition-failed"
    assert list(api.rows.values()) == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("etag", ["*", '"1"', "nonsense"])
def test_a_conditional_write_of_nothing_is_404(api: ApiClient, method: str, etag: str) -> None:
    for condition in ("If-Match", "If-None-Match"):
        assert api.send(method, f"{api.path}/1", api.full(), headers={condition: etag}).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("etag", ["*", '"1"', 'W/"1"', '"7", "1"', ' W/"9","1"'])
def test_a_write_of_what_the_client_wants_absent_or_other_is_412_and_changes_nothing(
    api: ApiClient, row: Any, method: str, etag: str
) -> None:
    before = list(api.rows.values())
    response = conditional(api, method, row, "If-None-Match", etag)
    assert response.status_code == 412
    assert parsed(response)["type"] == "/docs/errors/precondition-failed"
    assert list(api.rows.values()) == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("etag", ['"2"', 'W/"999"', "nonsense", "", '"other"', '"*"'])
def test_a_write_goes_through_when_no_etag_to_avoid_is_current(
    api: ApiClient, row: Any, method: str, etag: str
) -> None:
    assert conditional(api, method, row, "If-None-Match", etag).status_code in {200, 204}


@every
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_both_conditions_must_hold(api: ApiClient, row: Any, method: str) -> None:
    for match, none_match in (('"1"', '"1"'), ('"2"', '"2"'), ('"1"', "*"), ("*", "*")):
        headers = {"If-Match": match, "If-None-Match": none_match}
        assert api.send(method, f"{api.path}/{row.pk}", api.full(), headers=headers).status_code == 412
    headers = {"If-Match": '"1"', "If-None-Match": '"2"'}
    assert api.send(method, f"{api.path}/{row.pk}", api.full(), headers=headers).status_code in {200, 204}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("below", ["", "/{}"])
def test_a_read_is_412_unless_if_match_names_what_would_be_sent(
    api: ApiClient, row: Any, method: str, below: str
) -> None:
    path = api.path + below.format(row.pk)
    current = api.send("GET", path)["ETag"]
    for etag in ("*", current, f'"other" ,{current}'):
        assert api.send(method, path, headers={"If-Match": etag}).status_code == 200
    for etag in (*STALE, f"W/{current}"):
        response = api.send(method, path, headers={"If-Match": etag, "If-None-Match": current})
        assert (response.status_code, response["Content-Type"]) == (412, "application/problem+json")
    assert api.send(method, path, headers={"If-Match": current, "If-None-Match": current}).status_code == 304


@pytest.mark.parametrize(
    "condition", [*[{"If-Match": etag} for etag in STALE], {"If-None-Match": "*"}, {"If-None-Match": '"other"'}]
)
def test_a_list_is_not_deleted_under_a_condition_that_cannot_be_decided(
    api: ApiClient, row: Any, condition: dict[str, str]
) -> None:
    response = api.send("DELETE", api.path, headers=condition)
    assert response.status_code == 412
    assert parsed(response)["type"] == "/docs/errors/precondition-failed"
    assert api.rows.filter(pk=row.pk).exists()


def test_a_list_is_not_deleted_by_its_own_etag_which_may_be_old_by_then(api: ApiClient, row: Any) -> None:
    etag = api.send("GET", api.path)["ETag"]
    assert api.send("DELETE", api.path, headers={"If-Match": etag}).status_code == 412
    assert api.rows.filter(pk=row.pk).exists()


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_would_fail_anyway_fails_by_its_own_reason(api: ApiClient, method: str) -> None:
    assert api.send(method, f"{api.path}?q=", headers={"If-Match": '"x"'}).status_code == 400


@every
def test_a_list_is_there_always(api: ApiClient, row: Any) -> None:
    for _ in range(2):
        assert api.send("DELETE", api.path, headers={"If-Match": "*"}).status_code == 204
    assert not api.rows.exists()


def test_an_etag_of_a_list_changes_no_row(api: ApiClient, row: Any) -> None:
    etag = api.send("GET", api.path)["ETag"]
    assert conditional(api, "PATCH", row, "If-Match", etag).status_code == 412


@every
def test_an_etag_is_good_for_one_change(api: ApiClient, row: Any) -> None:
    etag = api.send("GET", f"{api.path}/{row.pk}")["ETag"]
    assert [conditional(api, "PATCH", row, "If-Match", etag).status_code for _ in range(2)] == [200, 412]


@every
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("loser", ["PUT", "PATCH", "DELETE"])
def test_of_writers_at_the_same_moment_exactly_one_wins(api: ApiClient, row: Any, loser: str) -> None:
    with threads() as pool:
        with transaction.atomic():
            api.rows.select_for_update().get(pk=row.pk)
            methods = ("PATCH", loser, "PATCH", loser)
            writers = [pool.start(partial(conditional, api, method, row, "If-Match", '"1"')) for method in methods]
            wait_until_blocked(len(writers))
        statuses = [writer.result().status_code for writer in writers]
    assert sorted(status // 100 for status in statuses) == [2, 4, 4, 4]
    assert set(statuses) <= {200, 204, 404, 412}


@pytest.mark.django_db(transaction=True)
def test_changes_of_different_members_at_the_same_moment_are_all_kept(api: ApiClient, row: Any) -> None:
    everything = api.full()
    changes = [{member: value} for member, value in everything.items()][:4]
    with threads() as pool:
        with transaction.atomic():
            api.rows.select_for_update().get(pk=row.pk)
            writers = [pool.start(partial(api.send, "PATCH", f"{api.path}/{row.pk}", body)) for body in changes]
            wait_until_blocked(len(writers))
        assert {writer.result().status_code for writer in writers} == {200}
    kept = parsed(api.send("GET", f"{api.path}/{row.pk}"))
    assert all(kept == kept | change for change in changes)
    row.refresh_from_db()
    assert row.version == 1 + len(changes)
