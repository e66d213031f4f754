"""The pages of a list: where they begin and end, and that nothing moves them."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from pytest_django.fixtures import Settings

from tests.api.client import ApiClient, parsed
from tests.api.paging import as_postgresql_sorts, cursor_of, ids, links_of, page, pages
from tests.sample import MORNING, PLAIN, PRIVATE, every
from todoproject.api.fields import StrictCharField
from todoproject.api.listing import PAGE_BYTES


@pytest.fixture
def rows(api: ApiClient) -> list[Any]:
    """Six rows that the user sees, with ties and NULLs in every key that may be NULL."""
    return [api.spread(number) for number in range(6)]


@every
def test_pages_lead_through_all_rows_and_back(api: ApiClient, rows: list[Any]) -> None:
    for ordering in api.subject.orderings:
        for limit in (1, 4):  # each row is at the edge of a page once; and a last page that is not full
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


def test_a_list_that_is_empty_or_fits_one_page_has_no_link_header(api: ApiClient) -> None:
    assert parsed(api.send("GET", api.path)) == []
    assert "Link" not in api.send("GET", api.path).headers
    for number in range(3):
        api.spread(number)
    assert not links_of(api.send("GET", f"{api.path}?limit=3"))


def test_prev_is_absent_on_the_first_page_and_next_on_the_last_and_they_undo_each_other(
    api: ApiClient, rows: list[Any]
) -> None:
    _, first = page(api, f"{api.path}?limit=2")
    _, middle = page(api, first["next"])
    rows, last = page(api, middle["next"])
    assert (list(first), list(middle), list(last)) == (["next"], ["next", "prev"], ["prev"])
    _, back = page(api, last["prev"])
    assert (list(back), page(api, back["next"])[0]) == (["next", "prev"], rows)


def test_links_are_absolute_and_keep_every_parameter(api: ApiClient) -> None:
    body = api.full()
    filters = api.subject.finding(body)
    for _ in range(2):
        api.like(body)
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
    rows, links = page(api, f"{api.path}?limit=2")
    following, _ = page(api, links["next"].replace("limit=2", "limit=5"))
    assert ids(rows) + ids(following) == as_postgresql_sorts(api, "-created_at")


@every
def test_rows_that_stay_are_seen_once_while_others_come_and_go(api: ApiClient) -> None:
    made = [api.spread(number) for number in range(12)]
    passing = {row.pk for row in made[::3]}
    seen: list[int] = []
    for rows, _ in pages(api, f"{api.path}?ordering={api.subject.orderings[-1]}&limit=2"):
        seen += ids(rows)
        # The cursor's own row goes, a row ahead goes, and new rows come before and behind.
        api.rows.filter(pk__in=passing & {ids(rows)[-1], *list(passing - set(seen))[:1]}).delete()
        if len(seen) < 20:
            api.spread(len(seen), **{api.subject.text: f"{len(seen)}"})
    staying = {row.pk for row in made} - passing
    now = as_postgresql_sorts(api, api.subject.orderings[-1])
    assert [number for number in seen if number in staying] == [number for number in now if number in staying]
    assert len(seen) == len(set(seen))


@every
def test_a_page_from_which_all_rows_are_gone_leads_to_those_that_stay(api: ApiClient, rows: list[Any]) -> None:
    address = f"{api.path}?ordering={api.subject.orderings[-1]}&limit=2"
    first, links = page(api, address)
    second, back = page(api, links["next"])
    api.rows.exclude(pk__in=ids(first + second)).delete()
    nothing, last = page(api, back["next"])
    assert (nothing, list(last)) == ([], ["prev"])
    assert ids(page(api, last["prev"])[0]) == ids(second)
    api.rows.filter(pk__in=ids(first)).delete()
    nothing, forward = page(api, back["prev"])
    assert (nothing, list(forward)) == ([], ["next"])
    assert ids(page(api, forward["next"])[0]) == ids(second)
    following, before = page(api, links["next"])  # the cursor outlives the row that it was made from
    assert (ids(following), list(before)) == (ids(second), [])
    api.rows.all().delete()
    assert page(api, links["next"]) == ([], {})


def test_a_cursor_survives_the_rotation_of_the_secret_key(api: ApiClient, rows: list[Any], settings: Settings) -> None:
    _, links = page(api, f"{api.path}?limit=3")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    following, _ = page(api, links["next"])
    assert len(following) == 3
    settings.SECRET_KEY_FALLBACKS = []
    assert api.send("GET", links["next"]).status_code == 400


@pytest.mark.parametrize("subject", PRIVATE, ids=str)
def test_another_user_s_cursor_shows_nothing_of_theirs(api: ApiClient, other_api: ApiClient, rows: list[Any]) -> None:
    _, links = page(api, f"{api.path}?limit=3")
    mine = other_api.create()
    rows, _ = page(other_api, links["next"])
    assert set(ids(rows)) <= {mine["id"]}


def test_every_link_is_a_cursor_of_its_own(api: ApiClient, rows: list[Any]) -> None:
    cursors = [cursor_of(address) for _, address in pages(api, f"{api.path}?limit=1") if "cursor" in address]
    assert len(cursors) == len(set(cursors)) == 5


@pytest.mark.parametrize(("letter", "number"), [("x", 1), ("\N{GRINNING FACE}", 3)])
def test_a_page_of_long_texts_ends_early_and_its_links_lead_through_all(
    api: ApiClient, letter: str, number: int
) -> None:
    texts = {name: PLAIN.members[name].max_length for name in PLAIN.of_kind(StrictCharField)}
    longest = max(texts, key=lambda name: texts[name])
    rows = (PLAIN.model(**{PLAIN.text: f"{each}", longest: letter * texts[longest]}) for each in range(60))
    api.rows.bulk_create(rows)
    forward = list(pages(api, f"{api.path}?limit=200&ordering=created_at"))
    assert all(sum(len(row[longest].encode()) for row in found) <= PAGE_BYTES for found, _ in forward)
    assert len(forward) == number
    assert [row for found, _ in forward for row in ids(found)] == as_postgresql_sorts(api, "created_at")
    backward = [row for found, _ in pages(api, forward[-1][1], "prev") for row in ids(found)]
    assert sorted(backward) == as_postgresql_sorts(api, "created_at")
