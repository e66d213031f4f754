"""The pages of a list: where they begin and end, and that nothing moves them."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from pytest_django.fixtures import Settings

from tests.api.client import ApiClient, parsed
from tests.api.paging import as_postgresql_sorts, cursor_of, ids, links_of, page, pages
from tests.factories import TodoFactory
from tests.sample import FINDING_ALL, MORNING, ORDERINGS, PATH, TEXT, sorted_values
from todoproject.accounts.models import User
from todos.models import Todo


def make(owner: User, number: int, /, **values: Any) -> Todo:
    """Make a todo; several share each key, and some have none."""
    return TodoFactory.create(owner=owner, **sorted_values(number) | values)


@pytest.fixture
def todos(user: User) -> list[Todo]:
    """Twelve todos of the user, with ties and NULLs in every key that may be NULL."""
    return [make(user, number) for number in range(12)]


@pytest.mark.parametrize("limit", [1, 5, 6, 11])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_pages_lead_through_all_todos_and_back(
    api: ApiClient, user: User, todos: list[Todo], ordering: str, limit: int
) -> None:
    forward = list(pages(api, f"{PATH}?ordering={ordering}&limit={limit}"))
    assert [number for rows, _ in forward for number in ids(rows)] == as_postgresql_sorts(user, ordering)
    assert all(len(rows) == limit for rows, _ in forward[:-1])
    backward = list(pages(api, forward[-1][1], "prev"))
    assert [ids(rows) for rows, _ in backward] == [ids(rows) for rows, _ in reversed(forward)]


def test_a_list_without_parameters_is_newest_first_and_fifty_long(api: ApiClient, user: User) -> None:
    made = [make(user, number, created_at=MORNING + timedelta(seconds=number)) for number in range(51)]
    rows, links = page(api, PATH)
    assert ids(rows) == [todo.pk for todo in reversed(made)][:50]
    assert list(links) == ["next"]


def test_a_list_that_fits_one_page_has_no_link_header(api: ApiClient, todos: list[Todo]) -> None:
    assert not links_of(api.send("GET", f"{PATH}?limit=12"))


def test_an_empty_list_has_no_link_header(api: ApiClient) -> None:
    response = api.send("GET", PATH)
    assert parsed(response) == []
    assert "Link" not in response.headers


def test_prev_is_absent_on_the_first_page_and_next_on_the_last(api: ApiClient, todos: list[Todo]) -> None:
    _, first = page(api, f"{PATH}?limit=4")
    _, middle = page(api, first["next"])
    _, last = page(api, middle["next"])
    assert (list(first), list(middle), list(last)) == (["next"], ["next", "prev"], ["prev"])


def test_prev_leads_to_the_only_todo_behind(api: ApiClient, todos: list[Todo]) -> None:
    only, first = page(api, f"{PATH}?limit=1")
    _, second = page(api, first["next"])
    assert page(api, second["prev"]) == (only, first)


def test_prev_is_absent_after_walking_back_to_the_first_page(api: ApiClient, todos: list[Todo]) -> None:
    rows, first = page(api, f"{PATH}?limit=4")
    _, second = page(api, first["next"])
    again, links = page(api, second["prev"])
    assert ids(again) == ids(rows)
    assert list(links) == ["next"]


def test_links_are_absolute_and_keep_every_parameter(api: ApiClient, todos: list[Todo]) -> None:
    asked = {"ordering": ORDERINGS[-1], "limit": "1", **FINDING_ALL}
    _, links = page(api, f"{PATH}?{urlencode(asked)}")
    address = urlsplit(links["next"])
    assert (address.scheme, address.netloc, address.path) == ("http", "testserver", PATH)
    repeated = {name: values for name, values in parse_qs(address.query).items() if name != "cursor"}
    assert repeated == {name: [value] for name, value in asked.items()}


def test_links_of_the_address_with_a_trailing_slash_keep_it(api: ApiClient, todos: list[Todo]) -> None:
    _, links = page(api, f"{PATH}/?limit=1")
    assert urlsplit(links["next"]).path == f"{PATH}/"


def test_the_limit_may_change_between_pages(api: ApiClient, user: User, todos: list[Todo]) -> None:
    rows, links = page(api, f"{PATH}?limit=5")
    following, _ = page(api, links["next"].replace("limit=5", "limit=7"))
    assert ids(rows) + ids(following) == as_postgresql_sorts(user, "-created_at")


def test_head_has_the_links_of_get(api: ApiClient, todos: list[Todo]) -> None:
    assert links_of(api.send("HEAD", f"{PATH}?limit=4")) == links_of(api.send("GET", f"{PATH}?limit=4"))


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_todos_that_stay_are_seen_once_while_others_come_and_go(api: ApiClient, user: User, ordering: str) -> None:
    made = [make(user, number) for number in range(20)]
    passing = {todo.pk for todo in made[::3]}
    seen: list[int] = []
    for rows, _ in pages(api, f"{PATH}?ordering={ordering}&limit=2"):
        seen += ids(rows)
        # What the cursor was made from goes, what lies ahead goes, and new ones come before and behind.
        Todo.objects.filter(pk__in=passing & {ids(rows)[-1], *list(passing - set(seen))[:1]}).delete()
        make(user, len(seen), **{TEXT: f"New {len(seen)}"}) if len(seen) < 30 else None
    stayed = [number for number in seen if number in {todo.pk for todo in made} - passing]
    assert stayed == [
        number for number in as_postgresql_sorts(user, ordering) if number in {todo.pk for todo in made} - passing
    ]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_a_cursor_survives_the_row_it_was_made_from(
    api: ApiClient, user: User, todos: list[Todo], ordering: str
) -> None:
    rows, links = page(api, f"{PATH}?ordering={ordering}&limit=5")
    Todo.objects.filter(pk__in=ids(rows)).delete()
    following, back = page(api, links["next"])
    assert ids(following) == as_postgresql_sorts(user, ordering)[:5]
    assert "prev" not in back


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_an_empty_page_at_the_end_leads_back(api: ApiClient, user: User, todos: list[Todo], ordering: str) -> None:
    rows, links = page(api, f"{PATH}?ordering={ordering}&limit=5")
    Todo.objects.exclude(pk__in=ids(rows)).delete()
    nothing, back = page(api, links["next"])
    assert nothing == []
    assert list(back) == ["prev"]
    again, _ = page(api, back["prev"])
    assert ids(again) == ids(rows)


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_an_empty_page_at_the_start_leads_forward(api: ApiClient, user: User, todos: list[Todo], ordering: str) -> None:
    first, links = page(api, f"{PATH}?ordering={ordering}&limit=5")
    second, back = page(api, links["next"])
    Todo.objects.filter(pk__in=ids(first)).delete()
    nothing, forward = page(api, back["prev"])
    assert nothing == []
    assert list(forward) == ["next"]
    again, _ = page(api, forward["next"])
    assert ids(again) == ids(second)


def test_a_page_of_a_list_that_was_emptied_has_no_link(api: ApiClient, todos: list[Todo]) -> None:
    _, links = page(api, f"{PATH}?limit=5")
    Todo.objects.all().delete()
    assert page(api, links["next"]) == ([], {})


def test_a_cursor_survives_the_rotation_of_the_secret_key(
    api: ApiClient, todos: list[Todo], settings: Settings
) -> None:
    _, links = page(api, f"{PATH}?limit=5")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    following, _ = page(api, links["next"])
    assert len(following) == 5
    settings.SECRET_KEY_FALLBACKS = []
    assert api.send("GET", links["next"]).status_code == 400


def test_another_user_s_cursor_shows_nothing_of_theirs(api: ApiClient, other_api: ApiClient, todos: list[Todo]) -> None:
    _, links = page(api, f"{PATH}?limit=5")
    mine = other_api.create()
    rows, _ = page(other_api, links["next"])
    assert set(ids(rows)) <= {mine["id"]}


def test_every_link_is_a_cursor_of_its_own(api: ApiClient, todos: list[Todo]) -> None:
    cursors = [cursor_of(address) for _, address in pages(api, f"{PATH}?limit=1") if "cursor" in address]
    assert len(cursors) == len(set(cursors)) == 11
