"""FastAPI, SQLAlchemy 2 (asyncio) and asyncpg under uvicorn: the stack that the requirements named first.

https://fastapi.tiangolo.com/tutorial/dependencies/ (``Annotated[…, Depends(…)]``),
https://fastapi.tiangolo.com/tutorial/security/oauth2-jwt/ (PyJWT in a dependency),
https://fastapi.tiangolo.com/tutorial/response-model/ (pydantic models in and out),
https://docs.sqlalchemy.org/en/21/orm/extensions/asyncio.html (async_sessionmaker, ``expire_on_commit=False``),
https://fastapi.tiangolo.com/deployment/server-workers/ (``uvicorn --workers 2``).
"""

# Only .venv-pattern has the framework.
# mypy: disable-error-code="import-not-found, misc, untyped-decorator, no-any-return"

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, DateTime, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pattern.benchmarks.peers.access_token import caller_of

engine = create_async_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"))
new_session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()
bearer = HTTPBearer()


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), int: BigInteger}


class Todo(Base):
    __tablename__ = "todos_todo"
    __allow_unmapped__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    title: Mapped[str]
    description: Mapped[str]
    completed: Mapped[bool]
    completed_at: Mapped[datetime | None]
    order: Mapped[int | None]
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    version: Mapped[int] = mapped_column(default=1)
    url: str = ""


class TodoIn(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=10_000)
    completed: bool = False
    order: int | None = Field(default=None, ge=-(2**31), lt=2**31)
    due_at: AwareDatetime | None = None


class TodoPatch(BaseModel):
    title: str = Field(default="", min_length=1, max_length=200)
    description: str = Field(default="", max_length=10_000)
    completed: bool = False
    order: int | None = Field(default=None, ge=-(2**31), lt=2**31)
    due_at: AwareDatetime | None = None


class TodoOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    url: str
    title: str
    description: str
    completed: bool
    completed_at: datetime | None
    order: int | None
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime


async def session() -> AsyncIterator[AsyncSession]:
    async with new_session() as opened:
        yield opened


async def caller(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> int:
    try:
        return caller_of(credentials.credentials)
    except jwt.PyJWTError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Could not validate credentials") from None


SessionDep = Annotated[AsyncSession, Depends(session)]
CallerDep = Annotated[int, Depends(caller)]


@app.get("/todos", response_model=list[TodoOut])
async def read_todos(
    request: Request, db: SessionDep, owner: CallerDep, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[Todo]:
    newest = select(Todo).where(Todo.owner_id == owner).order_by(Todo.created_at.desc(), Todo.id.desc()).limit(limit)
    todos = list(await db.scalars(newest))
    for todo in todos:
        todo.url = address(request, todo)
    return todos


@app.post("/todos", response_model=TodoOut, status_code=status.HTTP_201_CREATED)
async def create_todo(request: Request, response: Response, db: SessionDep, owner: CallerDep, values: TodoIn) -> Todo:
    todo = Todo(**values.model_dump(), owner_id=owner, completed_at=datetime.now(UTC) if values.completed else None)
    db.add(todo)
    await db.commit()
    response.headers["Location"] = todo.url = address(request, todo)
    return todo


@app.get("/todos/{todo_id}", response_model=TodoOut)
async def read_todo(request: Request, db: SessionDep, owner: CallerDep, todo_id: int) -> Todo:
    return await owned(request, db, owner, todo_id)


@app.patch("/todos/{todo_id}", response_model=TodoOut)
async def change_todo(request: Request, db: SessionDep, owner: CallerDep, todo_id: int, changes: TodoPatch) -> Todo:
    todo = await owned(request, db, owner, todo_id)
    for name, value in changes.model_dump(exclude_unset=True).items():
        setattr(todo, name, value)
    todo.updated_at = datetime.now(UTC)
    todo.completed_at = (todo.completed_at or todo.updated_at) if todo.completed else None
    todo.version += 1
    await db.commit()
    return todo


async def owned(request: Request, db: AsyncSession, owner: int, todo_id: int) -> Todo:
    todo = await db.scalar(select(Todo).where(Todo.owner_id == owner, Todo.id == todo_id))
    if todo is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    todo.url = address(request, todo)
    return todo


def address(request: Request, todo: Todo) -> str:
    # Starlette keeps `base_url` for the request; `url_for` would build each address again.
    return f"{request.base_url}todos/{todo.id}"
