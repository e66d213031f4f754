"""FastAPI as `fastapi_peer` has it, with the service's features: middleware as plain ASGI, which costs least.

https://starlette.dev/middleware/#pure-asgi-middleware, https://fastapi.tiangolo.com/tutorial/cors/
"""

# Only .venv-pattern has the framework.
# mypy: disable-error-code="import-not-found, misc, untyped-decorator, no-any-return"

from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response, status
from sqlalchemy import select, tuple_
from starlette.middleware.cors import CORSMiddleware

from pattern.benchmarks.peers import fastapi_peer as plain
from pattern.benchmarks.peers.features import HEADERS, Seen, etag_of, next_link, position, within_rate

ALWAYS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class Features:
    """Counts, times and logs each request, and adds headers and ETag to its answer."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        seen = Seen(scope["method"], scope["path"], headers.get(b"x-request-id", b"").decode())
        start: dict[str, Any] = {}

        async def completed(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            if "status" in start:
                start["headers"] = [*start["headers"], *ALWAYS, (b"x-request-id", seen.id.encode())]
                if start["status"] < 300 and not message.get("more_body"):
                    etag = etag_of(message["body"]).encode()
                    start["headers"].append((b"etag", etag))
                    if headers.get(b"if-none-match") == etag:
                        start["status"], message = 304, {**message, "body": b""}
                        start["headers"] = [each for each in start["headers"] if each[0] != b"content-length"]
                await send(dict(start))
                seen.end(getattr(scope.get("route"), "path", "unrouted"), start["status"])
                start.clear()
            await send(message)

        await self.app(scope, receive, completed)


async def limited(owner: plain.CallerDep) -> int:
    if not within_rate(owner):
        raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS, headers={"Retry-After": "60"})
    return owner


async def read_todos(  # noqa: PLR0913, PLR0917  each a parameter of the request
    request: Request,
    response: Response,
    db: plain.SessionDep,
    owner: plain.CallerDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str = "",
) -> list[plain.Todo]:
    todo = plain.Todo
    page = select(todo).where(todo.owner_id == owner).order_by(todo.created_at.desc(), todo.id.desc()).limit(limit + 1)
    if cursor:
        try:
            page = page.where(tuple_(todo.created_at, todo.id) < tuple_(*position(cursor)))
        except ValueError:
            raise HTTPException(status.HTTP_400_BAD_REQUEST, "Not a cursor of this service") from None
    todos = list(await db.scalars(page))
    for each in todos:
        each.url = plain.address(request, each)
    if len(todos) > limit:
        last = todos[limit - 1]
        response.headers["Link"] = next_link(f"{request.base_url}todos", limit, last.created_at, last.id)
    return todos[:limit]


app = FastAPI(dependencies=[Depends(limited)])
app.add_api_route("/todos", read_todos, response_model=list[plain.TodoOut])
app.add_api_route(
    "/todos", plain.create_todo, methods=["POST"], response_model=plain.TodoOut, status_code=status.HTTP_201_CREATED
)
app.add_middleware(CORSMiddleware, allow_origins=["https://todos.example.com"], allow_methods=["*"])
app.add_middleware(Features)
