"""Cursors: those that are not ours are refused by name, and those that we hand out are always accepted."""

import socket
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.core.signing import Signer
from django.http import HttpResponse

from tests.api.client import ApiClient, parsed
from tests.api.paging import ORDERINGS, cursor_of, page
from tests.factories import TodoFactory
from tests.service import Service
from todoproject.accounts.models import User

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
def cursor(api: ApiClient, user: User) -> str:
    """A cursor for the default ordering, no filters."""
    TodoFactory.create_batch(3, owner=user)
    return cursor_of(page(api, "/todos?limit=1")[1]["next"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        ":",
        "1",
        "a:b",
        "=" * 8,
        "ä",
        EMOJI * 10,
        "\x00",
        "\ud7ff",
        "W10:W10",
        "x" * 4096,
        "x" * 4097,
        "x" * 7000,
    ],
)
def test_a_text_that_is_no_cursor_is_refused(api: ApiClient, text: str) -> None:
    assert_names_cursor(api.send("GET", f"/todos?{urlencode({'cursor': text})}"))


def test_a_cursor_of_another_signer_is_refused(api: ApiClient) -> None:
    assert_names_cursor(api.send("GET", f"/todos?cursor={quote(Signer(salt='another').sign('WyJ4Il0'))}"))


def test_a_cursor_with_any_character_changed_is_refused(api: ApiClient, cursor: str) -> None:
    for index, character in enumerate(cursor):
        changed = cursor[:index] + ("A" if character != "A" else "B") + cursor[index + 1 :]
        assert_names_cursor(api.send("GET", f"/todos?cursor={quote(changed)}"))


@pytest.mark.parametrize("more", ["A", "=", ":", ":A"])
def test_a_cursor_with_anything_appended_is_refused(api: ApiClient, cursor: str, more: str) -> None:
    assert_names_cursor(api.send("GET", f"/todos?cursor={quote(cursor + more)}"))


def test_a_cursor_cut_short_is_refused(api: ApiClient, cursor: str) -> None:
    for length in range(1, len(cursor)):
        assert_names_cursor(api.send("GET", f"/todos?cursor={quote(cursor[:length])}"))


@pytest.mark.parametrize("ordering", [name for name in ORDERINGS if name != "-created_at"])
def test_a_cursor_of_another_ordering_is_refused(api: ApiClient, cursor: str, ordering: str) -> None:
    assert_names_cursor(api.send("GET", f"/todos?cursor={quote(cursor)}&ordering={ordering}"))


FILTERS = ["completed=true", "due_before=2026-01-01T00:00:00Z", "due_after=2026-01-01T00:00:00Z", "q=a"]


@pytest.mark.parametrize("added", FILTERS)
def test_a_cursor_with_a_filter_added_is_refused(api: ApiClient, cursor: str, added: str) -> None:
    assert_names_cursor(api.send("GET", f"/todos?cursor={quote(cursor)}&{added}"))


@pytest.mark.parametrize(
    ("made_with", "used_with"),
    [
        ("q=Todo", ""),
        ("q=Todo", "q=todo"),
        ("completed=false", "completed=true"),
        ("due_before=2027-01-01T00:00:00Z", "due_after=2027-01-01T00:00:00Z"),
        ("due_before=2027-01-01T00:00:00Z", "due_before=2027-01-01T00:00:01Z"),
    ],
)
def test_a_cursor_of_other_filters_is_refused(api: ApiClient, user: User, made_with: str, used_with: str) -> None:
    TodoFactory.create_batch(2, owner=user, due_at="2026-12-24T00:00:00Z")
    if "due_after" in made_with:
        TodoFactory.create_batch(2, owner=user, due_at="2027-12-24T00:00:00Z")
    cursor = cursor_of(page(api, f"/todos?limit=1&{made_with}")[1]["next"])
    assert_names_cursor(api.send("GET", f"/todos?cursor={quote(cursor)}&{used_with}".rstrip("&")))


def test_the_same_moment_in_another_zone_is_the_same_filter(api: ApiClient, user: User) -> None:
    TodoFactory.create_batch(2, owner=user, due_at="2026-12-24T00:00:00Z")
    cursor = cursor_of(page(api, "/todos?limit=1&due_before=2027-01-01T00:00:00Z")[1]["next"])
    again = urlencode({"cursor": cursor, "due_before": "2027-01-01T01:00:00+01:00"})
    assert api.send("GET", f"/todos?{again}").status_code == 200


def test_an_ordering_named_explicitly_fits_the_default_one(api: ApiClient, cursor: str) -> None:
    assert api.send("GET", f"/todos?cursor={quote(cursor)}&ordering=-created_at").status_code == 200


@pytest.mark.parametrize("character", GROWING)
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_the_longest_cursor_that_we_hand_out_is_accepted(
    api: ApiClient, user: User, ordering: str, character: str
) -> None:
    title = character * 200
    TodoFactory.create_batch(3, owner=user, title=title, due_at="2026-12-24T00:00:00.123456Z", order=-(2**31))
    asked = {
        "ordering": ordering,
        "limit": "000000000000000001",
        "q": title,
        "completed": "false",
        "due_after": "2026-01-01T00:00:00.123456789+00:00",
        "due_before": "2027-01-01T00:00:00.123456789+00:00",
    }
    _, links = page(api, f"/todos?{urlencode(asked)}")
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
    title = EMOJI * 200

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
        assert " 201 " in answer("/todos", "POST", f'{{"title": "{title}"}}').splitlines()[0]
    first = answer(f"/todos?{urlencode({'q': title, 'ordering': '-title', 'limit': 1})}")
    link = next(line for line in first.splitlines() if line.lower().startswith("link: "))
    address = link.split("<", 1)[1].split(">", 1)[0].removeprefix(service.url)
    assert " 200 " in answer(address).splitlines()[0]
