"""What metrics cost a request, in CPU: their parts, each around something that does nothing, and a whole request.

`python -m benchmarks.metrics_cost > /dev/null` with the environment of the service; it makes a user and removes it.
Whole requests with and without metrics differ by less than the noise of a shared machine, so the parts are measured and
added up. The fastest of many short rounds counts.
"""

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

ROUNDS = 30


def main() -> int:
    """Print microseconds on stderr; return 0."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:  # nosec B108  a new one
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # as in a worker: each count is a write to a mapped file
        import django  # noqa: PLC0415  the folder must be named first

        django.setup()
        measure()
    return 0


def measure() -> None:
    from django.http import HttpResponse  # noqa: PLC0415
    from django.test import RequestFactory  # noqa: PLC0415
    from django.urls import resolve  # noqa: PLC0415
    from django_prometheus.db.common import ExportingCursorWrapper  # noqa: PLC0415
    from django_prometheus.middleware import (  # noqa: PLC0415
        PrometheusAfterMiddleware,
        PrometheusBeforeMiddleware,
    )

    from todoproject.metrics import pool  # noqa: PLC0415
    from todoproject.metrics.middleware import MetricsMiddleware  # noqa: PLC0415

    class NoCursor:
        def execute(self, _statement: str) -> None:
            pass

    request, response = RequestFactory().get("/todos"), HttpResponse(b"[]")
    request.resolver_match = resolve("/todos")
    ours = MetricsMiddleware(lambda _request: response)
    theirs = PrometheusBeforeMiddleware(PrometheusAfterMiddleware(lambda _request: response))
    cursor = ExportingCursorWrapper(NoCursor, "default", "postgresql")()

    whole, statements = whole_request()
    middleware = least_cpu(lambda: ours(request), 500)
    statement = least_cpu(lambda: cursor.execute("SELECT 1"), 500)
    gauge = least_cpu(pool.size.inc, 500)
    parts = middleware + statements * statement + 4 * gauge  # in use and waiting, up and down
    for name, seconds in {
        f"GET /todos?limit=20 ({statements} statements)": whole,
        "our middleware": middleware,
        "a statement": statement,
        "a gauge": gauge,
        "all of them in that request": parts,
        "django-prometheus's middleware": least_cpu(lambda: theirs(request), 500),
    }.items():
        print(f"{name:36}{seconds * 1e6:7.1f} µs {seconds / whole:6.1%}", file=sys.stderr)  # noqa: T201


def whole_request() -> tuple[float, int]:
    """Return CPU seconds of a request, from the WSGI environment to the last byte, and how many statements it sent."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415
    from django_prometheus.db import query_duration_seconds  # noqa: PLC0415

    from todoproject.accounts.tokens import issue_access  # noqa: PLC0415
    from todos.models import Todo  # noqa: PLC0415

    application: Any = get_wsgi_application()
    user = get_user_model().objects.create_user("benchmark")
    Todo.objects.bulk_create(Todo(owner=user, title=f"todo {number}") for number in range(20))
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/todos",
        "QUERY_STRING": "limit=20",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "HTTP_AUTHORIZATION": f"Bearer {issue_access(user.pk)}",
    }

    def request() -> None:
        answered: list[str] = []
        response = application(
            {**environ, "wsgi.input": io.BytesIO()}, lambda status, _headers: answered.append(status)
        )
        b"".join(response)
        response.close()
        assert answered == ["200 OK"], answered  # noqa: S101  # nosec B101

    def statements() -> int:
        return int(
            sum(sample.value for sample in query_duration_seconds.collect()[0].samples if "count" in sample.name)
        )

    try:
        request()
        before = statements()
        request()
        sent = statements() - before
        return least_cpu(request, 10), sent
    finally:
        user.delete()


def least_cpu(call: Callable[[], object], times: int) -> float:
    """Return CPU seconds a call, of this process, in the fastest round."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(times):
            call()
        rounds.append((time.process_time() - started) / times)
    return min(rounds)


if __name__ == "__main__":
    sys.exit(main())
