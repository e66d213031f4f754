"""For any rows: following the links gives each once, in the order that PostgreSQL gives without pages."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.client import ApiClient
from tests.api.paging import as_postgresql_sorts, ids, page, pages
from tests.api.rows import replace_rows, rows_of
from tests.sample import every

pytestmark = pytest.mark.slow

# The fixtures (user, token) may serve all examples: each example replaces the user's rows. No deadline: the machine
# that runs the tests may be busy, and 20 requests take what they take.
walking = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def drawn(api: ApiClient, data: st.DataObject, *, least: int = 0) -> tuple[str, list[int]]:
    """Return an ordering, and the ids of some rows of the user, all that there are."""
    ordering = data.draw(st.sampled_from(api.subject.orderings), label="ordering")
    rows = data.draw(st.lists(rows_of(api.subject), min_size=least, max_size=8), label="rows")
    return ordering, [row.pk for row in replace_rows(api, rows)]


@every
@walking
@given(data=st.data(), limit=st.integers(1, 9))
def test_walking_the_pages_gives_each_row_exactly_once_in_postgresql_s_order_and_back(
    api: ApiClient, data: st.DataObject, limit: int
) -> None:
    ordering, made = drawn(api, data)
    forward = list(pages(api, f"{api.path}?ordering={ordering}&limit={limit}"))
    walked = [ids(found) for found, _ in forward]
    assert [number for found in walked for number in found] == as_postgresql_sorts(api, ordering)
    assert all(len(found) == limit for found in walked[:-1])
    assert walked[-1] or not made
    *_, (_, last) = forward
    backward = [number for found, _ in pages(api, last, "prev") for number in reversed(ids(found))]
    assert backward == list(reversed(as_postgresql_sorts(api, ordering)))


@every
@walking
@given(data=st.data())
def test_next_and_prev_undo_each_other_at_any_page(api: ApiClient, data: st.DataObject) -> None:
    ordering, made = drawn(api, data, least=2)
    limit = data.draw(st.integers(1, len(made) - 1))
    addresses = [address for _, address in pages(api, f"{api.path}?ordering={ordering}&limit={limit}")]
    address = data.draw(st.sampled_from(addresses))
    here, links = page(api, address)
    # Absent at the ends, and only there.
    assert ("next" in links, "prev" in links) == (address != addresses[-1], address != addresses[0])
    if "next" in links:
        assert page(api, page(api, links["next"])[1]["prev"])[0] == here
    if "prev" in links:
        assert page(api, page(api, links["prev"])[1]["next"])[0] == here


@every
@walking
@given(data=st.data(), gone=st.sets(st.integers(0, 7)))
def test_rows_that_stay_are_seen_exactly_once_whatever_is_deleted_meanwhile(
    api: ApiClient, data: st.DataObject, gone: set[int]
) -> None:
    ordering, made = drawn(api, data, least=2)
    first, links = page(api, f"{api.path}?ordering={ordering}&limit=2")
    api.rows.filter(pk__in=[pk for number, pk in enumerate(made) if number in gone]).delete()
    later = [number for found, _ in pages(api, links["next"]) for number in ids(found)] if "next" in links else []
    assert later == [number for number in as_postgresql_sorts(api, ordering) if number not in ids(first)]
