"""The same limit with the JSON made by PostgreSQL: less work for Python, more for the database.

https://www.postgresql.org/docs/current/functions-json.html
"""

from typing import Any

from pattern.benchmarks.peers import bare

MOMENT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
SQL = f"""
SELECT coalesce(json_agg(json_build_object(
    'id', id, 'url', '{bare.ROOT}/' || id, 'title', title, 'description', description, 'completed', completed,
    'completed_at', {MOMENT.format("completed_at")}, 'order', "order", 'due_at', {MOMENT.format("due_at")},
    'created_at', {MOMENT.format("created_at")}, 'updated_at', {MOMENT.format("updated_at")})), '[]')::text
FROM ({bare.SQL}) AS newest
"""  # noqa: S608


def listed(owner: int) -> bytes:
    (body,) = bare.connection().execute(SQL, [owner]).fetchone() or ("",)
    return str(body).encode()


bare.listed = listed
application: Any = bare.application
