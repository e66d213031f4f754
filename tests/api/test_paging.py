"""The pages of a list: where they begin and end, and that nothing moves them."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from pytest_django.fixtures import Settings

from tests.api.client import ApiClient, parsed
from tests.api.paging import as_postgresql_sorts, cursor_of, ids, links_of, page, pages
from tests.sample import MORNING, PRIVATE, SUBJECTS

every_ordering = pytest.mark.parametrize(
    ("subject", "ordering"),
    [(subject, ordering) for subject in SUBJECTS for ordering in subject.orderings],
    ids=str,
)

some_orderings = pytest.mark.parametrize(
    ("subject", "ordering"),
    [(subject, ordering) for subject in SUBJECTS for ordering in (subject.orderings[0], subject.orderings[-1])],
    ids=str,
)


@pytest.fixture
def rows(api: ApiClient) -> list[Any]:
    """Twelve rows that the user sees, with ties and NULLs in every key that may be NULL."""
    return [api.spread(number) for number in range(12)]


@every_ordering
def test_pages_lead_through_all_rows_and_back(api: ApiClient, rows: list[Any], ordering: str) -> None:
    for limit in (1, 5, 6, 11):
        forward = list(pages(api, f"{api.path}?ordering={ordering}&limit={limit}"))
        assert [number for found, _ in forward for number in ids(found)] == as_postgresql_sorts(api, ordering)
        assert all(len(found) == limit for found, _ in forward[:-1])
        backward = list(pages(api, forward[-1][1], "prev"))
        assert [ids(found) for found, _ in backward] == [ids(found) for found, _ in reversed(forward)]


def test_a_list_without_parameters_is_newest_first_and_fifty_long(api: ApiClient) -> None:
    made = [api.spread(number, created_at=MORNING + timedelta(seconds=number)) for number in range(51)]
    rows, links = page(api, api.path)
    assert ids(rows) == [row.pk for row in reversed(made)][:50]
    assert list(links) == ["next"]


def test_a_list_that_fits_one_page_has_no_link_header(api: ApiClient, rows: list[Any]) -> None:
    assert not links_of(api.send("GET", f"{api.path}?limit=12"))


def test_an_empty_list_has_no_link_header(api: ApiClient) -> None:
    response = api.send("GET", api.path)
    assert parsed(response) == []
    assert "Link" not in response.headers


def test_prev_is_absent_on_the_first_page_and_next_on_the_last(api: ApiClient, rows: list[Any]) -> None:
    _, first = page(api, f"{api.path}?limit=4")
    _, middle = page(api, first["next"])
    _, last = page(api, middle["next"])
    assert (list(first), list(middle), list(last)) == (["next"], ["next", "prev"], ["prev"])


def test_links_are_absolute_and_keep_every_parameter(api: ApiClient) -> None:
    body = api.full()
    filters = api.subject.finding(body)
    for _ in range(2):
        api.row({name: value for name, value in body.items() if name not in api.subject.unique})
    asked = {"ordering": api.subject.orderings[-1], "limit": "1", **filters}
    _, links = page(api, f"{api.path}?{urlencode(asked)}")
    address = urlsplit(links["next"])
    assert (address.scheme, address.netloc, address.path) == ("http", "testserver", api.path)
    repeated = {name: values for name, values in parse_qs(address.query).items() if name != "cursor"}
    assert repeated == {name: [value] for name, value in asked.items()}


def test_links_of_the_address_with_a_trailing_slash_keep_it(api: ApiClient, rows: list[Any]) -> None:
    _, links = page(api, f"{api.path}/?limit=1")
    assert urlsplit(links["next"]).path == f"{api.path}/"


def test_the_limit_may_change_between_pages(api: ApiClient, rows: list[Any]) -> None:
    rows, links = page(api, f"{api.path}?limit=5")
    following, _ = page(api, links["next"].replace("limit=5", "limit=7"))
    assert ids(rows) + ids(following) == as_postgresql_sorts(api, "-created_at")


@some_orderings
def test_rows_that_stay_are_seen_once_while_others_come_and_go(api: ApiClient, ordering: str) -> None:
    made = [api.spread(number) for number in range(20)]
    passing = {row.pk for row in made[::3]}
    seen: list[int] = []
    for rows, _ in pages(api, f"{api.path}?ordering={ordering}&limit=2"):
        seen += ids(rows)
        # The cursor's own row goes, a row ahead goes, and new rows come before and behind.
        api.rows.filter(pk__in=passing & {ids(rows)[-1], *list(passing - set(seen))[:1]}).delete()
        api.spread(len(seen), **{api.subject.text: f"{len(seen)}"}) if len(seen) < 30 else None
    stayed = [number for number in seen if number in {row.pk for row in made} - passing]
    assert stayed == [
        number for number in as_postgresql_sorts(api, ordering) if number in {row.pk for row in made} - passing
    ]
    assert len(seen) == len(set(seen))


@some_orderings
def test_a_cursor_survives_the_row_it_was_made_from(api: ApiClient, rows: list[Any], ordering: str) -> None:
    rows, links = page(api, f"{api.path}?ordering={ordering}&limit=5")
    api.rows.filter(pk__in=ids(rows)).delete()
    following, back = page(api, links["next"])
    assert ids(following) == as_postgresql_sorts(api, ordering)[:5]
    assert "prev" not in back


@some_orderings
def test_an_empty_page_at_the_end_leads_back(api: ApiClient, rows: list[Any], ordering: str) -> None:
    rows, links = page(api, f"{api.path}?ordering={ordering}&limit=5")
    api.rows.exclude(pk__in=ids(rows)).delete()
    nothing, back = page(api, links["next"])
    assert nothing == []
    assert list(back) == ["prev"]
    again, _ = page(api, back["prev"])
    assert ids(again) == ids(rows)


@some_orderings
def test_an_empty_page_at_the_start_leads_forward(api: ApiClient, rows: list[Any], ordering: str) -> None:
    first, links = page(api, f"{api.path}?ordering={ordering}&limit=5")
    second, back = page(api, links["next"])
    api.rows.filter(pk__in=ids(first)).delete()
    nothing, forward = page(api, back["prev"])
    assert nothing == []
    assert list(forward) == ["next"]
    again, _ = page(api, forward["next"])
    assert ids(again) == ids(second)


def test_a_page_of_a_list_that_was_emptied_has_no_link(api: ApiClient, rows: list[Any]) -> None:
    _, links = page(api, f"{api.path}?limit=5")
    api.rows.all().delete()
    assert page(api, links["next"]) == ([], {})


def test_a_cursor_survives_the_rotation_of_the_secret_key(api: ApiClient, rows: list[Any], settings: Settings) -> None:
    _, links = page(api, f"{api.path}?limit=5")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    following, _ = page(api, links["next"])
    assert len(following) == 5
    settings.SECRET_KEY_FALLBACKS = []
    assert api.send("GET", links["next"]).status_code == 400


@pytest.mark.parametrize("subject", PRIVATE, ids=str)
def test_another_user_s_cursor_shows_nothing_of_theirs(api: ApiClient, other_api: ApiClient, rows: list[Any]) -> None:
    _, links = page(api, f"{api.path}?limit=5")
    mine = other_api.create()
    rows, _ = page(other_api, links["next"])
    assert set(ids(rows)) <= {mine["id"]}


def test_every_link_is_a_cursor_of_its_own(api: ApiClient, rows: list[Any]) -> None:
    cursors = [cursor_of(address) for _, address in pages(api, f"{api.path}?limit=1") if "cursor" in address]
    assert len(cursors) == len(set(cursors)) == 11
