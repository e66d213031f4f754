"""Cursors: those that are not ours are refused by name; ours are always accepted, and lead through all rows."""

import json
import socket
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.core.signing import Signer
from django.http import HttpResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.client import ApiClient, parsed
from tests.api.paging import as_postgresql_sorts, cursor_of, ids, page, pages
from tests.api.rows import replace_rows, rows_of
from tests.sample import PLAIN, every
from tests.service import Service
from todoproject.api.fields import StrictCharField
from todoproject.api.filters import Search

EMOJI = "\N{PARTY POPPER}"
# gunicorn's limit, our configuration's and its maximum: https://docs.gunicorn.org/en/stable/settings.html#limit-request-line
REQUEST_LINE_BYTES = 8190
# The characters that grow most: 4 bytes in UTF-8 (12 in an address), an escape of 2 in JSON, an escape of 6.
GROWING = [EMOJI, '"', "\x7f", "\x01"]


def assert_names_cursor(response: HttpResponse) -> None:
    assert response.status_code == 400, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in parsed(response)["errors"]] == ["?cursor"]


@pytest.fixture
def cursor(api: ApiClient) -> str:
    """A cursor for the default ordering, no filters."""
    for _ in range(3):
        api.row()
    return cursor_of(page(api, f"{api.path}?limit=1")[1]["next"])


def test_a_text_that_is_no_cursor_is_refused(api: ApiClient) -> None:
    longest = ["x" * length for length in (4096, 4097, 7000)]
    for text in ("", " ", "x", ":", "1", "a:b", "=" * 8, "ä", EMOJI * 10, "\x00", "\ud7ff", "W10:W10", *longest):
        assert_names_cursor(api.send("GET", f"{api.path}?{urlencode({'cursor': text})}"))


def test_a_cursor_of_another_signer_is_refused(api: ApiClient) -> None:
    assert_names_cursor(api.send("GET", f"{api.path}?cursor={quote(Signer(salt='another').sign('WyJ4Il0'))}"))


def test_a_cursor_that_is_changed_cut_or_continued_is_refused(api: ApiClient, cursor: str) -> None:
    changed = [cursor[:at] + ("A" if old != "A" else "B") + cursor[at + 1 :] for at, old in enumerate(cursor)]
    cut = [cursor[:length] for length in range(1, len(cursor))]
    for text in (*changed, *cut, *(cursor + more for more in ("A", "=", ":", ":A"))):
        assert_names_cursor(api.send("GET", f"{api.path}?cursor={quote(text)}"))


@every
def test_a_cursor_of_another_ordering_is_refused(api: ApiClient, cursor: str) -> None:
    for ordering in api.subject.orderings:
        if ordering != "-created_at":
            assert_names_cursor(api.send("GET", f"{api.path}?cursor={quote(cursor)}&ordering={ordering}"))


@every
def test_a_cursor_of_other_filters_is_refused_but_not_of_the_same_moment_in_another_zone(
    api: ApiClient, cursor: str
) -> None:
    body = api.full()
    for _ in range(2):
        api.like(body)
    for name, value in api.subject.finding(body).items():
        assert_names_cursor(api.send("GET", f"{api.path}?{urlencode({'cursor': cursor, name: value})}"))
        _, links = page(api, f"{api.path}?{urlencode({'limit': 1, name: value})}")
        if "next" in links:
            assert_names_cursor(api.send("GET", f"{api.path}?cursor={quote(cursor_of(links['next']))}"))
        if name.endswith("_before") and len(value) > len("9999-12-31"):
            _, links = page(api, f"{api.path}?{urlencode({'limit': 1, name: '2999-01-01T00:00:00Z'})}")
            again = {"cursor": cursor_of(links["next"]), name: "2999-01-01T01:00:00+01:00"}
            assert api.send("GET", f"{api.path}?{urlencode(again)}").status_code == 200


def test_an_ordering_named_explicitly_fits_the_default_one(api: ApiClient, cursor: str) -> None:
    assert api.send("GET", f"{api.path}?cursor={quote(cursor)}&ordering=-created_at").status_code == 200


@every
def test_the_longest_cursor_that_we_hand_out_is_accepted(api: ApiClient) -> None:
    for character in GROWING:
        api.rows.all().delete()
        assert_longest_accepted(api, character)


def assert_longest_accepted(api: ApiClient, character: str) -> None:
    texts = {name: character * api.subject.members[name].max_length for name in api.subject.of_kind(StrictCharField)}
    body = {name: value for name, value in api.full().items() if name not in api.subject.unique}
    body |= {name: text for name, text in texts.items() if name in body}
    for number in range(3):
        own = {name: text[:-1] + str(number) for name, text in texts.items() if name in api.subject.unique}
        api.row(body | own)
    longest = min(60, *map(len, texts.values())) - 1
    searches = [name for name, each in api.subject.resource.filters.items() if isinstance(each, Search)]
    filters = dict.fromkeys(searches, character * longest)
    for ordering in (api.subject.orderings[0], *[name for name in api.subject.orderings if name.strip("-") in texts]):
        asked = {"ordering": ordering, "limit": "000000000000000001", **filters}
        _, links = page(api, f"{api.path}?{urlencode(asked)}")
        rows, links = page(api, links["next"])
        assert len(rows) == 1
        assert set(links) == {"next", "prev"}
        for address in links.values():
            assert len(cursor_of(address)) <= 4096
            path = address.removeprefix("http://testserver")
            assert len(f"GET {path} HTTP/1.1\r\n".encode("ascii")) < REQUEST_LINE_BYTES
            assert api.send("GET", address).status_code == 200


def test_the_real_server_takes_the_longest_link(service: Service) -> None:
    token, host = service.token("cursor-of-emoji"), urlsplit(service.url).netloc
    path, member = PLAIN.path, PLAIN.text
    text = EMOJI * PLAIN.members[member].max_length
    search = next(name for name, each in PLAIN.resource.filters.items() if isinstance(each, Search))

    def answer(path: str, method: str = "GET", body: str = "") -> str:
        name, port = host.split(":")
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n"
        sent = body.encode()
        with socket.create_connection((name, int(port)), timeout=10) as connection:
            connection.sendall(
                f"{head}Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n".encode("ascii") + sent
            )
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()

    for _ in range(2):
        assert " 201 " in answer(path, "POST", json.dumps({member: text}, ensure_ascii=False)).splitlines()[0]
    first = answer(f"{path}?{urlencode({search: text, 'ordering': f'-{member}', 'limit': 1})}")
    link = next(line for line in first.splitlines() if line.lower().startswith("link: "))
    address = link.split("<", 1)[1].split(">", 1)[0].removeprefix(service.url)
    assert " 200 " in answer(address).splitlines()[0]


# ── Whatever the rows are ────────────────────────────────────────────────────────────────────────────────────────────
# The fixtures (user, token) may serve all examples: each example replaces the user's rows. No deadline: the machine
# that runs the tests may be busy, and 20 requests take what they take.
walking = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def drawn(api: ApiClient, data: st.DataObject) -> tuple[str, list[int]]:
    """Return an ordering, and the ids of some rows, all that the user has."""
    ordering = data.draw(st.sampled_from(api.subject.orderings), label="ordering")
    rows = data.draw(st.lists(rows_of(api.subject), max_size=8), label="rows")
    return ordering, [row.pk for row in replace_rows(api, rows)]


@pytest.mark.slow
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
    assert [ids(found) for found, _ in pages(api, forward[-1][1], "prev")] == walked[::-1]


@pytest.mark.slow
@every
@walking
@given(data=st.data(), gone=st.sets(st.integers(0, 7)))
def test_rows_that_stay_are_seen_exactly_once_whatever_is_deleted_meanwhile(
    api: ApiClient, data: st.DataObject, gone: set[int]
) -> None:
    ordering, made = drawn(api, data)
    first, links = page(api, f"{api.path}?ordering={ordering}&limit=2")
    api.rows.filter(pk__in=[pk for number, pk in enumerate(made) if number in gone]).delete()
    later = [number for found, _ in pages(api, links["next"]) for number in ids(found)] if "next" in links else []
    assert later == [number for number in as_postgresql_sorts(api, ordering) if number not in ids(first)]
