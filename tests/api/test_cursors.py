"""Cursors: those that are not ours are refused by name, and those that we hand out are always accepted."""

import json
import socket
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.core.signing import Signer
from django.http import HttpResponse

from tests.api.client import ApiClient, parsed
from tests.api.paging import cursor_of, page
from tests.factories import TodoFactory
from tests.sample import (
    DIFFERENT_FILTERS,
    FINDING,
    FOUND,
    ORDERINGS,
    PATH,
    SAME_FILTERS,
    SAMPLE,
    SEARCH,
    TEXT,
    TEXTS,
    longest_filters,
    longest_values,
)
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
    return cursor_of(page(api, f"{PATH}?limit=1")[1]["next"])


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
    assert_names_cursor(api.send("GET", f"{PATH}?{urlencode({'cursor': text})}"))


def test_a_cursor_of_another_signer_is_refused(api: ApiClient) -> None:
    assert_names_cursor(api.send("GET", f"{PATH}?cursor={quote(Signer(salt='another').sign('WyJ4Il0'))}"))


def test_a_cursor_with_any_character_changed_is_refused(api: ApiClient, cursor: str) -> None:
    for index, character in enumerate(cursor):
        changed = cursor[:index] + ("A" if character != "A" else "B") + cursor[index + 1 :]
        assert_names_cursor(api.send("GET", f"{PATH}?cursor={quote(changed)}"))


@pytest.mark.parametrize("more", ["A", "=", ":", ":A"])
def test_a_cursor_with_anything_appended_is_refused(api: ApiClient, cursor: str, more: str) -> None:
    assert_names_cursor(api.send("GET", f"{PATH}?cursor={quote(cursor + more)}"))


def test_a_cursor_cut_short_is_refused(api: ApiClient, cursor: str) -> None:
    for length in range(1, len(cursor)):
        assert_names_cursor(api.send("GET", f"{PATH}?cursor={quote(cursor[:length])}"))


@pytest.mark.parametrize("ordering", [name for name in ORDERINGS if name != "-created_at"])
def test_a_cursor_of_another_ordering_is_refused(api: ApiClient, cursor: str, ordering: str) -> None:
    assert_names_cursor(api.send("GET", f"{PATH}?cursor={quote(cursor)}&ordering={ordering}"))


@pytest.mark.parametrize("added", FINDING)
def test_a_cursor_with_a_filter_added_is_refused(api: ApiClient, cursor: str, added: str) -> None:
    assert_names_cursor(api.send("GET", f"{PATH}?{urlencode({'cursor': cursor, added: FINDING[added]})}"))


def cursor_for(api: ApiClient, owner: User, filters: dict[str, str]) -> str:
    """Return a cursor of a list with `filters`."""
    TodoFactory.create_batch(2, owner=owner, **FOUND)
    return cursor_of(page(api, f"{PATH}?{urlencode({'limit': '1'} | filters)}")[1]["next"])


@pytest.mark.parametrize(("made_with", "used_with"), DIFFERENT_FILTERS, ids=str)
def test_a_cursor_of_other_filters_is_refused(
    api: ApiClient, user: User, made_with: dict[str, str], used_with: dict[str, str]
) -> None:
    cursor = cursor_for(api, user, made_with)
    assert_names_cursor(api.send("GET", f"{PATH}?{urlencode({'cursor': cursor} | used_with)}"))


@pytest.mark.parametrize(("made_with", "used_with"), SAME_FILTERS, ids=str)
def test_the_same_filter_in_other_words_is_the_same_filter(
    api: ApiClient, user: User, made_with: dict[str, str], used_with: dict[str, str]
) -> None:
    cursor = cursor_for(api, user, made_with)
    assert api.send("GET", f"{PATH}?{urlencode({'cursor': cursor} | used_with)}").status_code == 200


def test_an_ordering_named_explicitly_fits_the_default_one(api: ApiClient, cursor: str) -> None:
    assert api.send("GET", f"{PATH}?cursor={quote(cursor)}&ordering=-created_at").status_code == 200


@pytest.mark.parametrize("character", GROWING)
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_the_longest_cursor_that_we_hand_out_is_accepted(
    api: ApiClient, user: User, ordering: str, character: str
) -> None:
    TodoFactory.create_batch(3, owner=user, **longest_values(character))
    asked = {"ordering": ordering, "limit": "000000000000000001", **longest_filters(character)}
    _, links = page(api, f"{PATH}?{urlencode(asked)}")
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
    text = EMOJI * TEXTS[TEXT].characters

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
        assert " 201 " in answer(PATH, "POST", json.dumps(SAMPLE | {TEXT: text}, ensure_ascii=False)).splitlines()[0]
    first = answer(f"{PATH}?{urlencode({SEARCH: text, 'ordering': f'-{TEXT}', 'limit': 1})}")
    link = next(line for line in first.splitlines() if line.lower().startswith("link: "))
    address = link.split("<", 1)[1].split(">", 1)[0].removeprefix(service.url)
    assert " 200 " in answer(address).splitlines()[0]
