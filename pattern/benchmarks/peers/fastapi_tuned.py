"""Reaches what a specialist does with FastAPI and the features: raw asyncpg, orjson, tokens remembered for a minute.

https://magicstack.github.io/asyncpg/current/usage.html#connection-pools,
https://fastapi.tiangolo.com/advanced/response-directly/
"""

# Only .venv-pattern has the framework.
# mypy: disable-error-code="import-not-found, misc, untyped-decorator, no-any-return"

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import asyncpg
import jwt
import orjson
from fastapi import FastAPI, HTTPException, Query, Request, Response, status
from starlette.middleware.cors import CORSMiddleware

from pattern.benchmarks.peers.access_token import caller_of
from pattern.benchmarks.peers.fastapi_features import Features
from pattern.benchmarks.peers.fastapi_peer import TodoIn
from pattern.benchmarks.peers.features import next_link, position, remembering, within_rate

MEMBERS = 'id, title, description, completed, completed_at, "order", due_at, created_at, updated_at'
FIRST = f"SELECT {MEMBERS} FROM todos_todo WHERE owner_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2"  # noqa: S608
BEHIND = FIRST.replace("ORDER", "AND (created_at, id) < ($3, $4) ORDER", 1)
CREATE = f"""
INSERT INTO todos_todo (owner_id, title, description, completed, completed_at, "order", due_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1) RETURNING {MEMBERS}
"""  # noqa: S608
known = remembering(caller_of)


@asynccontextmanager
async def pool(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"]) as app.state.pool:
        yield


app = FastAPI(lifespan=pool)
app.add_middleware(CORSMiddleware, allow_origins=["https://todos.example.com"], allow_methods=["*"])
app.add_middleware(Features)


def caller(request: Request) -> int:
    try:
        owner = known(request.headers.get("authorization", "").removeprefix("Bearer "))
    except jwt.PyJWTError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Could not validate credentials") from None
    if not within_rate(owner):
        raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS, headers={"Retry-After": "60"})
    return owner


def json(value: Any, headers: dict[str, str], code: int = 200) -> Response:
    content = orjson.dumps(value, option=orjson.OPT_UTC_Z)
    return Response(content, code, headers, media_type="application/json")


def with_url(root: str, record: Any) -> dict[str, Any]:
    return {**record, "url": f"{root}/{record['id']}"}


@app.get("/todos")
async def read_todos(request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor: str = "") -> Response:
    owner, root = caller(request), f"{request.base_url}todos"
    try:
        statement = (BEHIND, *position(cursor)) if cursor else (FIRST,)
    except ValueError:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "Not a cursor of this service") from None
    async with request.app.state.pool.acquire() as connection:
        records = await connection.fetch(statement[0], owner, limit + 1, *statement[1:])
    headers = {}
    if len(records) > limit:
        last = records[limit - 1]
        headers["Link"] = next_link(root, limit, last["created_at"], last["id"])
    return json([with_url(root, record) for record in records[:limit]], headers)


@app.post("/todos")
async def create_todo(request: Request, values: TodoIn) -> Response:
    owner, root = caller(request), f"{request.base_url}todos"
    done = datetime.now(UTC) if values.completed else None
    async with request.app.state.pool.acquire() as connection:
        record = await connection.fetchrow(
            CREATE, owner, values.title, values.description, values.completed, done, values.order, values.due_at
        )
    return json(with_url(root, record), {"Location": f"{root}/{record['id']}"}, 201)
