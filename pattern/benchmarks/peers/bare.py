"""The limit: a WSGI function that reads the token and sends one statement, which makes the JSON; the same gunicorn.

No routing, no validation, no framework. psycopg prepares the statement by itself after five times.
https://peps.python.org/pep-3333/, https://www.psycopg.org/psycopg3/docs/advanced/prepare.html,
https://www.postgresql.org/docs/current/functions-json.html
"""

import os
import threading
from collections.abc import Callable
from typing import Any

import jwt
import psycopg

from pattern.benchmarks.peers.access_token import caller_of

ROOT = "https://todos.example.com/todos"
MOMENT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
SQL = f"""
SELECT coalesce(json_agg(json_build_object(
    'id', id, 'url', '{ROOT}/' || id, 'title', title, 'description', description, 'completed', completed,
    'completed_at', {MOMENT.format("completed_at")}, 'order', "order", 'due_at', {MOMENT.format("due_at")},
    'created_at', {MOMENT.format("created_at")}, 'updated_at', {MOMENT.format("updated_at")})), '[]')::text
FROM (SELECT * FROM todos_todo WHERE owner_id = %s ORDER BY created_at DESC, id DESC LIMIT 20) AS newest
"""  # noqa: S608
of_this_thread = threading.local()


def application(environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]) -> list[bytes]:
    _, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    try:
        owner = caller_of(token)
    except jwt.PyJWTError:
        start_response("401 Unauthorized", [("Content-Length", "0")])
        return []
    (text,) = connection().execute(SQL, [owner]).fetchone() or ("",)
    content = str(text).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
    return [content]


def connection() -> psycopg.Connection[Any]:
    """Return the one that this thread keeps."""
    if not hasattr(of_this_thread, "connection"):
        of_this_thread.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    kept: psycopg.Connection[Any] = of_this_thread.connection
    return kept
