"""Conditional requests: strong ETags, 304 for what a client holds, 412 for a change of what it has not seen."""

import re
from functools import partial

import pytest
from django.db import transaction
from django.http import HttpResponse

from tests.api.client import ApiClient, parsed
from tests.api.threads import threads, wait_until_blocked
from tests.factories import TodoFactory
from tests.sample import CHANGED, CHANGES, PATH, SAMPLE
from todoproject.accounts.models import User
from todos.models import Todo

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
def todo(user: User) -> Todo:
    return TodoFactory.create(owner=user, **SAMPLE)


def conditional(api: ApiClient, method: str, todo: Todo, header: str, etag: str) -> HttpResponse:
    return api.send(method, f"{PATH}/{todo.pk}", None if method in {"GET", "HEAD"} else CHANGED, headers={header: etag})


def test_every_answer_with_a_todo_has_the_same_strong_etag_until_it_changes(api: ApiClient) -> None:
    created = api.send("POST", PATH, SAMPLE)
    url = parsed(created)["url"]
    read, again = api.send("GET", url), api.send("HEAD", url)
    assert created["ETag"] == read["ETag"] == again["ETag"]
    assert STRONG.fullmatch(read["ETag"])


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_is_answered_with_the_new_etag(api: ApiClient, todo: Todo, method: str) -> None:
    before = api.send("GET", f"{PATH}/{todo.pk}")["ETag"]
    changed = conditional(api, method, todo, "If-Match", before)
    assert changed["ETag"] != before
    assert changed["ETag"] == api.send("GET", f"{PATH}/{todo.pk}")["ETag"]


def test_a_list_has_a_strong_etag_that_follows_its_content(api: ApiClient, todo: Todo) -> None:
    before, same = api.send("GET", PATH)["ETag"], api.send("GET", PATH)["ETag"]
    assert STRONG.fullmatch(before)
    assert before == same
    api.send("PATCH", f"{PATH}/{todo.pk}", CHANGED)
    assert api.send("GET", PATH)["ETag"] != before


def test_pages_with_equal_todos_and_different_links_have_different_etags(api: ApiClient, todo: Todo) -> None:
    alone = api.send("GET", f"{PATH}?limit=1&ordering=created_at")
    TodoFactory.create(owner=todo.owner)
    followed = api.send("GET", f"{PATH}?limit=1&ordering=created_at")
    assert alone.content == followed.content
    assert alone["ETag"] != followed["ETag"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", [PATH, PATH + "/{}"])
@pytest.mark.parametrize("held", ["{}", "W/{}", '"other", {}', '"a,b" ,W/{},"c"', "*", " * "])
def test_what_the_client_holds_is_304_with_the_headers_of_200(
    api: ApiClient, todo: Todo, method: str, path: str, held: str
) -> None:
    path = path.format(todo.pk)
    full = api.send("GET", path)
    response = api.send(method, path, headers={"If-None-Match": held.format(full["ETag"])})
    assert (response.status_code, response.content) == (304, b"")
    for header in ("ETag", "Cache-Control", "Vary"):
        assert response[header] == full[header]


@pytest.mark.parametrize("path", [PATH, PATH + "/{}"])
@pytest.mark.parametrize("held", ['"other"', "", "nonsense", '"other', 'W/"other", "x"', "1", '"*"', "\xff"])
def test_what_the_client_does_not_hold_is_sent(api: ApiClient, todo: Todo, path: str, held: str) -> None:
    assert api.send("GET", path.format(todo.pk), headers={"If-None-Match": held}).status_code == 200


def test_if_none_match_gives_nothing_away_about_what_is_not_there(api: ApiClient) -> None:
    assert api.send("GET", f"{PATH}/1", headers={"If-None-Match": "*"}).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("etag", ['"1"', "*", '"7", "1"', 'W/"9","1"'])
def test_a_write_goes_through_when_the_etag_is_current(api: ApiClient, todo: Todo, method: str, etag: str) -> None:
    assert conditional(api, method, todo, "If-Match", etag).status_code in {200, 204}
    assert not Todo.objects.filter(**SAMPLE).exists()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("etag", STALE)
def test_a_write_with_a_stale_weak_or_malformed_etag_is_412_and_changes_nothing(
    api: ApiClient, todo: Todo, method: str, etag: str
) -> None:
    before = list(Todo.objects.values())
    response = conditional(api, method, todo, "If-Match", etag)
    assert response.status_code == 412
    assert parsed(response)["type"] == "/docs/errors/precondition-failed"
    assert list(Todo.objects.values()) == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("etag", ["*", '"1"', "nonsense"])
def test_a_conditional_write_of_nothing_is_404(api: ApiClient, method: str, etag: str) -> None:
    assert api.send(method, f"{PATH}/1", CHANGED, headers={"If-Match": etag}).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("etag", ["*", '"1"', 'W/"1"', '"7", "1"', ' W/"9","1"'])
def test_a_write_of_what_the_client_wants_absent_or_other_is_412_and_changes_nothing(
    api: ApiClient, todo: Todo, method: str, etag: str
) -> None:
    before = list(Todo.objects.values())
    response = conditional(api, method, todo, "If-None-Match", etag)
    assert response.status_code == 412
    assert parsed(response)["type"] == "/docs/errors/precondition-failed"
    assert list(Todo.objects.values()) == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("etag", ['"2"', 'W/"999"', "nonsense", "", '"other"', '"*"'])
def test_a_write_goes_through_when_no_etag_to_avoid_is_current(
    api: ApiClient, todo: Todo, method: str, etag: str
) -> None:
    assert conditional(api, method, todo, "If-None-Match", etag).status_code in {200, 204}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_both_conditions_must_hold(api: ApiClient, todo: Todo, method: str) -> None:
    for match, none_match in (('"1"', '"1"'), ('"2"', '"2"'), ('"1"', "*"), ("*", "*")):
        headers = {"If-Match": match, "If-None-Match": none_match}
        assert api.send(method, f"{PATH}/{todo.pk}", CHANGED, headers=headers).status_code == 412
    headers = {"If-Match": '"1"', "If-None-Match": '"2"'}
    assert api.send(method, f"{PATH}/{todo.pk}", CHANGED, headers=headers).status_code in {200, 204}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_what_is_not_there_is_404_whatever_must_not_be_current(api: ApiClient, method: str) -> None:
    for etag in ("*", '"1"', "nonsense"):
        assert api.send(method, f"{PATH}/1", CHANGED, headers={"If-None-Match": etag}).status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", [PATH, PATH + "/{}"])
def test_a_read_is_412_unless_if_match_names_what_would_be_sent(
    api: ApiClient, todo: Todo, method: str, path: str
) -> None:
    path = path.format(todo.pk)
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
    api: ApiClient, todo: Todo, condition: dict[str, str]
) -> None:
    response = api.send("DELETE", PATH, headers=condition)
    assert response.status_code == 412
    assert parsed(response)["type"] == "/docs/errors/precondition-failed"
    assert Todo.objects.count() == 1


def test_a_list_is_not_deleted_by_its_own_etag_which_may_be_old_by_then(api: ApiClient, todo: Todo) -> None:
    etag = api.send("GET", PATH)["ETag"]
    assert api.send("DELETE", PATH, headers={"If-Match": etag}).status_code == 412
    assert Todo.objects.count() == 1


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_would_fail_anyway_fails_by_its_own_reason(api: ApiClient, method: str) -> None:
    assert api.send(method, "/todos?completed=x", headers={"If-Match": '"x"'}).status_code == 400


def test_a_list_is_there_always(api: ApiClient, todo: Todo) -> None:
    for _ in range(2):
        assert api.send("DELETE", PATH, headers={"If-Match": "*"}).status_code == 204
    assert not Todo.objects.exists()


def test_an_etag_of_a_list_changes_no_todo(api: ApiClient, todo: Todo) -> None:
    etag = api.send("GET", PATH)["ETag"]
    assert conditional(api, "PATCH", todo, "If-Match", etag).status_code == 412


def test_an_etag_is_good_for_one_change(api: ApiClient, todo: Todo) -> None:
    etag = api.send("GET", f"{PATH}/{todo.pk}")["ETag"]
    assert [conditional(api, "PATCH", todo, "If-Match", etag).status_code for _ in range(2)] == [200, 412]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("loser", ["PUT", "PATCH", "DELETE"])
def test_of_writers_at_the_same_moment_exactly_one_wins(api: ApiClient, todo: Todo, loser: str) -> None:
    with threads() as pool:
        with transaction.atomic():
            Todo.objects.select_for_update().get()
            methods = ("PATCH", loser, "PATCH", loser)
            writers = [pool.start(partial(conditional, api, method, todo, "If-Match", '"1"')) for method in methods]
            wait_until_blocked(len(writers))
        statuses = [writer.result().status_code for writer in writers]
    assert sorted(status // 100 for status in statuses) == [2, 4, 4, 4]
    assert set(statuses) <= {200, 204, 404, 412}


@pytest.mark.django_db(transaction=True)
def test_changes_of_different_members_at_the_same_moment_are_both_kept(api: ApiClient, todo: Todo) -> None:
    with threads() as pool:
        with transaction.atomic():
            Todo.objects.select_for_update().get()
            writers = [pool.start(partial(api.send, "PATCH", f"{PATH}/{todo.pk}", body)) for body in CHANGES]
            wait_until_blocked(len(writers))
        assert {writer.result().status_code for writer in writers} == {200}
    kept = parsed(api.send("GET", f"{PATH}/{todo.pk}"))
    assert kept == kept | CHANGED
    todo.refresh_from_db()
    assert todo.version == 1 + len(CHANGES)
