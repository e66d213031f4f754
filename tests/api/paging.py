"""Follows the `Link` header as a client does, reading it as RFC 8288 writes it."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db.models import CharField, TextField
from django.http import HttpResponse

from tests.api.client import ApiClient, parsed

LINK = re.compile(r'<(?P<target>[^<>\s]+)>; rel="(?P<relation>next|prev)"')


def links_of(response: HttpResponse) -> dict[str, str]:
    """Return address by relation; nothing but whole links may stand in the header, each relation once."""
    header = response.headers.get("Link")
    if header is None:
        return {}
    found: dict[str, str] = {}
    for link in header.split(", "):
        match = LINK.fullmatch(link)
        assert match, f"not a link: {link}"
        assert match["relation"] not in found
        found[match["relation"]] = match["target"]
    assert found, "an empty Link header"
    return found


def cursor_of(address: str) -> str:
    """Return the cursor in an address."""
    return parse_qs(urlsplit(address).query, strict_parsing=True)["cursor"][0]


def page(api: ApiClient, address: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the rows and the links of the page at `address`."""
    response = api.send("GET", address)
    assert response.status_code == 200, response.content
    return parsed(response), links_of(response)


def pages(api: ApiClient, address: str, relation: str = "next") -> Iterator[tuple[list[dict[str, Any]], str]]:
    """Yield each page with its address, following `relation` to the end."""
    following: str | None = address
    while following is not None:
        here = following
        rows, links = page(api, here)
        yield rows, here
        following = links.get(relation)


def ids(rows: list[dict[str, Any]]) -> list[int]:
    """Return the ids of rows in their order."""
    return [int(row["id"]) for row in rows]


def as_postgresql_sorts(api: ApiClient, ordering: str) -> list[int]:
    """Return the ids that the user sees as PostgreSQL sorts the bare columns, NULL where it puts it; ties by id."""
    model, user = api.subject.model, api.user
    assert user
    name, way = ordering.removeprefix("-"), "DESC" if ordering.startswith("-") else "ASC"
    field: Any = model._meta.get_field(name)
    collation = 'COLLATE "C"' if isinstance(field, CharField | TextField) else ""
    whose = {f"{column}_id": value.pk for column, value in api.subject.seen_by(user).items()}
    where = " AND ".join(f"{column} = %s" for column in whose) or "true"
    rows = model._default_manager.raw(
        f'SELECT id FROM {model._meta.db_table} WHERE {where} ORDER BY "{field.column}" {collation} {way}, id {way}',  # noqa: S608  constants
        [*whose.values()],
    )
    return [row.pk for row in rows]
