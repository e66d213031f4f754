"""A page of long texts ends early, and the way through all of them is as complete as ever, in both directions."""

from itertools import chain

import pytest

from tests.api.client import ApiClient
from tests.api.paging import page
from todoproject.api.listing import PAGE_BYTES
from todos.models import DESCRIPTION_CHARACTERS, Todo

ROWS = 60


def through(api: ApiClient, address: str, relation: str) -> tuple[list[list[int]], str]:
    """Return the ids of each page until there is no link of this relation, and the address of the last one."""
    pages, last = [], ""
    while address:
        rows, links = page(api, address)
        assert sum(len(row["description"].encode()) for row in rows) <= PAGE_BYTES
        pages.append([row["id"] for row in rows])
        last, address = address, links.get(relation, "")
    return pages, last


@pytest.mark.parametrize("letter", ["x", "\N{GRINNING FACE}"])
@pytest.mark.django_db
def test_a_page_ends_before_it_is_too_large_and_its_link_goes_on(api: ApiClient, letter: str) -> None:
    assert api.user
    Todo.objects.bulk_create(
        Todo(owner=api.user, title=f"{number}", description=letter * DESCRIPTION_CHARACTERS) for number in range(ROWS)
    )
    all_of_them = list(Todo.objects.order_by("created_at", "pk").values_list("pk", flat=True))
    pages, last = through(api, "/todos?limit=200&ordering=created_at", "next")
    assert len(pages) == (1 if letter == "x" else 3)
    assert list(chain(*pages)) == all_of_them
    back, _ = through(api, last, "prev")
    assert sorted(chain(*back)) == all_of_them


@pytest.mark.django_db
def test_short_texts_fill_the_page_that_was_asked_for(api: ApiClient) -> None:
    assert api.user
    Todo.objects.bulk_create(Todo(owner=api.user, title=f"{number}", description="x") for number in range(201))
    rows, links = page(api, "/todos?limit=200")
    assert (len(rows), set(links)) == (200, {"next"})
