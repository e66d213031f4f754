"""Conditional requests: strong ETags, 304 for an answer that the client holds, 412 for a change of another version."""

import re
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse

from tests.api.client import ApiClient, parsed
from tests.api.threads import threads, wait_until_blocked
from tests.sample import PLAIN, every

STRONG = re.compile(r'"[!#-~]+"')
STALE = ['"999"', 'W/"1"', '"1', "1", "", "nonsense", '"01"', '"x", "y"', '"999", W/"1"', f'"{"9" * 22}"', "\xff"]
CHANGES = ("PUT", "PATCH", "DELETE")
BELOW = ("", "/{}")  # the list, and a row


@pytest.fixture
def row(api: ApiClient) -> Any:
    return api.row(api.sample())


def conditional(api: ApiClient, method: str, row: Any, **condition: str) -> HttpResponse:
    """Send a request about the row; `condition` is If_Match or If_None_Match."""
    headers = {name.replace("_", "-"): etag for name, etag in condition.items()}
    return api.send(method, f"{api.path}/{row.pk}", api.full(), headers=headers)


def assert_refused(response: HttpResponse) -> None:
    assert response.status_code == 412
    assert parsed(response)["type"] == "/docs/errors/precondition-failed"


# ── ETags ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@every
def test_every_answer_with_a_row_has_the_same_strong_etag_until_it_changes(api: ApiClient) -> None:
    created = api.send("POST", api.path, api.sample())
    url, seen = parsed(created)["url"], [created["ETag"]]
    for method in ("PUT", "PATCH"):
        assert [api.send(reading, url)["ETag"] for reading in ("GET", "HEAD")] == [seen[-1]] * 2
        changed = api.send(method, url, api.full(), headers={"If-Match": seen[-1]})
        assert changed["ETag"] == api.send("GET", url)["ETag"]
        seen.append(changed["ETag"])
    assert len(set(seen)) == 3
    assert all(STRONG.fullmatch(etag) for etag in seen)


@every
def test_a_list_has_a_strong_etag_that_follows_its_content(api: ApiClient, row: Any) -> None:
    before, same = api.send("GET", api.path)["ETag"], api.send("GET", api.path)["ETag"]
    assert STRONG.fullmatch(before)
    assert before == same
    api.send("PATCH", f"{api.path}/{row.pk}", api.full())
    assert api.send("GET", api.path)["ETag"] != before
    assert conditional(api, "PATCH", row, If_Match=before).status_code == 412, "an ETag of a list changes no row"


def test_pages_with_equal_rows_and_different_links_have_different_etags(api: ApiClient, row: Any) -> None:
    alone = api.send("GET", f"{api.path}?limit=1&ordering=created_at")
    api.row()
    followed = api.send("GET", f"{api.path}?limit=1&ordering=created_at")
    assert alone.content == followed.content
    assert alone["ETag"] != followed["ETag"]


# ── Reads ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("below", BELOW)
def test_what_the_client_holds_is_304_with_the_headers_of_200(api: ApiClient, row: Any, below: str) -> None:
    path = api.path + below.format(row.pk)
    full = api.send("GET", path)
    for method in ("GET", "HEAD"):
        for held in ("{}", "W/{}", '"other", {}', '"a,b" ,W/{},"c"', "*", " * "):
            response = api.send(method, path, headers={"If-None-Match": held.format(full["ETag"])})
            assert (response.status_code, response.content) == (304, b""), held
            for header in ("ETag", "Cache-Control", "Vary"):
                assert response[header] == full[header]


@pytest.mark.parametrize("below", BELOW)
def test_what_the_client_does_not_hold_is_sent(api: ApiClient, row: Any, below: str) -> None:
    for held in ('"other"', "", "nonsense", '"other', 'W/"other", "x"', "1", '"*"', "\xff"):
        response = api.send("GET", api.path + below.format(row.pk), headers={"If-None-Match": held})
        assert response.status_code == 200, held


@pytest.mark.parametrize("below", BELOW)
def test_a_read_is_412_unless_if_match_names_what_would_be_sent(api: ApiClient, row: Any, below: str) -> None:
    path = api.path + below.format(row.pk)
    current = api.send("GET", path)["ETag"]
    for method in ("GET", "HEAD"):
        for etag in ("*", current, f'"other" ,{current}'):
            assert api.send(method, path, headers={"If-Match": etag}).status_code == 200
        for etag in (*STALE, f"W/{current}"):
            response = api.send(method, path, headers={"If-Match": etag, "If-None-Match": current})
            assert (response.status_code, response["Content-Type"]) == (412, "application/problem+json")
        assert api.send(method, path, headers={"If-Match": current, "If-None-Match": current}).status_code == 304


def test_a_condition_gives_nothing_away_about_what_is_not_there(api: ApiClient) -> None:
    for method in ("GET", *CHANGES):
        for header in ("If-Match", "If-None-Match"):
            for etag in ("*", '"1"', "nonsense"):
                response = api.send(method, f"{api.path}/1", api.full(), headers={header: etag})
                assert response.status_code == 404, (method, header, etag)


# ── Writes ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@every
@pytest.mark.parametrize("method", CHANGES)
def test_a_write_goes_through_when_the_etag_is_current(api: ApiClient, method: str) -> None:
    for etag in ('"1"', "*", '"7", "1"', 'W/"9","1"'):
        assert conditional(api, method, api.row(), If_Match=etag).status_code in {200, 204}, etag
    for etag in ('"2"', 'W/"999"', "nonsense", "", '"other"', '"*"'):
        assert conditional(api, method, api.row(), If_None_Match=etag).status_code in {200, 204}, etag
    assert not api.rows.filter(version=1).exists()


@every
@pytest.mark.parametrize("method", CHANGES)
def test_a_write_under_a_condition_that_does_not_hold_is_412_and_changes_nothing(
    api: ApiClient, row: Any, method: str
) -> None:
    before, every_form = list(api.rows.values()), slice(None if api.subject is PLAIN else 2)
    for etag in STALE[every_form]:
        assert_refused(conditional(api, method, row, If_Match=etag))
    for etag in ("*", '"1"', 'W/"1"', '"7", "1"', ' W/"9","1"')[every_form]:
        assert_refused(conditional(api, method, row, If_None_Match=etag))
    for match, none_match in (('"1"', '"1"'), ('"2"', '"2"'), ('"1"', "*"), ("*", "*")):
        assert_refused(conditional(api, method, row, If_Match=match, If_None_Match=none_match))
    assert list(api.rows.values()) == before
    assert conditional(api, method, row, If_Match='"1"', If_None_Match='"2"').status_code in {200, 204}


def test_a_list_is_not_deleted_under_a_condition_that_cannot_be_decided(api: ApiClient, row: Any) -> None:
    own = api.send("GET", api.path)["ETag"]  # which may be old by then
    for header, etags in (("If-Match", (*STALE, own)), ("If-None-Match", ("*", '"other"'))):
        for etag in etags:
            assert_refused(api.send("DELETE", api.path, headers={header: etag}))
    assert api.rows.filter(pk=row.pk).exists()


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_would_fail_anyway_fails_by_its_own_reason(api: ApiClient, method: str) -> None:
    assert api.send(method, f"{api.path}?q=", headers={"If-Match": '"x"'}).status_code == 400


@every
def test_a_list_is_there_always(api: ApiClient, row: Any) -> None:
    for _ in range(2):
        assert api.send("DELETE", api.path, headers={"If-Match": "*"}).status_code == 204
    assert not api.rows.exists()


@every
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("loser", CHANGES)
def test_of_writers_at_the_same_moment_exactly_one_wins(api: ApiClient, row: Any, loser: str) -> None:
    with threads() as pool:
        with transaction.atomic():
            api.rows.select_for_update().get(pk=row.pk)
            methods = ("PATCH", loser, "PATCH", loser)
            writers = [pool.start(partial(conditional, api, method, row, If_Match='"1"')) for method in methods]
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
