"""The requests that are measured, as bytes, made before the clock starts."""

import itertools
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import jwt

from local.secrets import read_secret
from pattern.benchmarks.contenders import HOST
from pattern.benchmarks.database import Database, Yardstick
from pattern.benchmarks.http_load import ask_once

# What the load balancer writes, whose header counts as TRUSTED_PROXY_HOPS says.
FORWARDED = [
    "X-Forwarded-For: 203.0.113.7",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Port: 443",
    "X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678",
    "Accept: application/json",
]
TOKEN_SECONDS = 7200
WRITERS = 100  # the last owners change their todos, and nobody lists them
UNCHANGED, DEEP = 100, 10  # callers whose ETags and whose last page are asked for beforehand
LINK = re.compile(rb'<https://[^/]+([^>]+)>; rel="next"')
ETAG = re.compile(rb'\r\netag: ("[^"]+")', re.IGNORECASE)
LIST = "/todos?limit=20"


def head(method: str, path: str, token: str, *lines: str, body: bytes = b"") -> bytes:
    """Return a whole request."""
    length = [f"Content-Type: application/json\r\nContent-Length: {len(body)}"] if body else []
    text = "\r\n".join(
        [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"Authorization: Bearer {token}", *FORWARDED, *lines, *length]
    )
    return text.encode() + b"\r\n\r\n" + body


@dataclass(frozen=True)
class Callers:
    """The users of one database, and a valid token of each."""

    yardstick: Yardstick
    database: Database

    @cached_property
    def tokens(self) -> dict[int, str]:
        (key,) = json.loads(read_secret(self.yardstick.secrets, "jwt_signing_keys"))
        secret = jwt.PyJWK.from_dict({"kty": "oct", "k": key["key"].rstrip("=")}, "HS256")
        now = int(time.time())
        claims = {"iss": "todo-service", "aud": "todo-service", "iat": now, "exp": now + TOKEN_SECONDS, "typ": "access"}
        return {
            owner: jwt.encode(
                {**claims, "sub": str(owner), "jti": f"{owner:032x}"}, secret, "HS256", {"kid": key["kid"]}
            )
            for owner in self.database.owners
        }

    @property
    def readers(self) -> list[int]:
        return list(self.database.owners)[:-WRITERS] or list(self.database.owners)

    @property
    def writers(self) -> list[int]:
        return list(self.database.owners)[-WRITERS:]

    @cached_property
    def todos(self) -> dict[int, list[int]]:
        """Ids of some todos by owner."""
        with self.yardstick.server.connect(self.database.name) as connection:
            found = connection.execute(
                "SELECT owner_id, (array_agg(id ORDER BY id))[1:10] FROM todos_todo WHERE id <= 100000 GROUP BY 1"
            )
            return dict(found.fetchall())

    def lists(self, path: str = LIST) -> list[bytes]:
        return [head("GET", path, self.tokens[owner]) for owner in self.readers]

    def details(self) -> list[bytes]:
        return [head("GET", f"/todos/{self.todos[owner][7]}", self.tokens[owner]) for owner in self.readers]

    def searches(self) -> list[bytes]:
        return [head("GET", f"{LIST}&q=nowhere", self.tokens[owner]) for owner in self.readers]

    def posts(self) -> list[bytes]:
        body = json.dumps({"title": "Buy a present for Ada", "description": "Something with wheels. " * 3}).encode()
        return [head("POST", "/todos", self.tokens[owner], body=body) for owner in self.writers]

    def patches(self) -> list[bytes]:
        bodies = [json.dumps({"completed": done}).encode() for done in (True, False)]
        return [
            head("PATCH", f"/todos/{todo}", self.tokens[owner], body=body)
            for body in bodies
            for owner in self.writers
            for todo in self.todos[owner][:5]
        ]

    def unchanged(self, port: int) -> list[bytes]:
        """Requests that the service at `port` answers with 304."""
        made = []
        for owner in self.readers[:UNCHANGED]:
            etag = ETAG.search(ask_once(port, head("GET", LIST, self.tokens[owner])))
            assert etag, "a list without ETag"  # noqa: S101
            made.append(head("GET", LIST, self.tokens[owner], f"If-None-Match: {etag[1].decode()}"))
        return made

    def deep(self, port: int) -> list[bytes]:
        """Requests for a page near the caller's last, found by following the links of the service at `port`."""
        # Each has two pages of this size or more, and no request takes more than 200.
        step, made = min(200, self.database.rows // len(self.database.owners) // 2), []
        for owner in self.readers[:DEEP]:
            path, token = f"/todos?limit={step}", self.tokens[owner]
            while link := LINK.search(ask_once(port, head("GET", path, token))):
                path = link[1].decode()
            made.append(head("GET", path.replace(f"limit={step}", "limit=20"), token))
        return made


def around(requests: list[bytes]) -> Iterator[bytes]:
    """Go round in an order that is mixed, and the same every time."""
    mixed = list(requests)
    random.Random(1).shuffle(mixed)  # noqa: S311
    return itertools.cycle(mixed)


@dataclass(frozen=True)
class Kind:
    """Requests of one kind: how to make them (from the callers and our service's port), and the status they get."""

    made: Callable[[Callers, int], list[bytes]]
    status: int = 200


KINDS = {
    "GET /todos": Kind(lambda callers, _: callers.lists()),
    "GET /visits": Kind(lambda callers, _: callers.lists("/visits?limit=20")),
    "GET /todos, 304": Kind(lambda callers, port: callers.unchanged(port), 304),
    "GET /todos, deep page": Kind(lambda callers, port: callers.deep(port)),
    "GET /todos?q=, nothing found": Kind(lambda callers, _: callers.searches()),
    "GET /todos/{id}": Kind(lambda callers, _: callers.details()),
    "POST /todos": Kind(lambda callers, _: callers.posts(), 201),
    "PATCH /todos/{id}": Kind(lambda callers, _: callers.patches()),
}
