"""The limit: a WSGI function that reads the token, sends one statement and writes its rows, under the same gunicorn.

No routing, no validation, no framework. psycopg prepares the statement by itself after five times.
https://peps.python.org/pep-3333/, https://www.psycopg.org/psycopg3/docs/advanced/prepare.html
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import orjson
import psycopg

from pattern.benchmarks.peers.access_token import caller_of

SQL = Path(__file__).with_name("list.sql").read_text(encoding="utf-8").replace(":owner", "%s")
ROOT = "http://localhost:8000/todos"
of_this_thread = threading.local()


def application(environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]) -> list[bytes]:
    _, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    try:
        content = listed(caller_of(token))
    except jwt.PyJWTError:
        start_response("401 Unauthorized", [("Content-Length", "0")])
        return []
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
    return [content]


def connection() -> psycopg.Connection[Any]:
    """Return the one that this thread keeps."""
    if not hasattr(of_this_thread, "connection"):
        of_this_thread.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    kept: psycopg.Connection[Any] = of_this_thread.connection
    return kept


def listed(owner: int) -> bytes:
    todos = [
        {
            "id": key,
            "url": f"{ROOT}/{key}",
            "title": title,
            "description": description,
            "completed": completed,
            "completed_at": completed_at,
            "order": order,
            "due_at": due_at,
            "created_at": created_at,
            "updated_at": updated_at,
        }
        for key, title, description, completed, completed_at, order, due_at, created_at, updated_at in connection()
        .execute(SQL, [owner])
        .fetchall()
    ]
    return orjson.dumps(todos, option=orjson.OPT_UTC_Z)
