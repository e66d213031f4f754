"""`manage.py smoke` against the real service: what it catches, and that it leaves nothing behind."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from local import ports
from tests.service import Service, running
from todoproject.accounts.models import User


def test_a_service_that_serves_passes_and_keeps_nothing(service: Service) -> None:
    said = service.manage("smoke", service.url).splitlines()
    assert said == [
        "200 GET /readyz?deep=1",
        "200 GET /schema",
        "401 GET /todos",
        "201 POST /todos",
        "200 GET /todos",
        said[5],
        said[6],
        f"{service.url} serves.",
    ]
    assert said[5].startswith("200 PATCH /todos/")
    assert said[6].startswith("204 DELETE /todos/")
    count = "User.objects.filter(username__startswith='smoke-').count()"
    program = f"from todoproject.accounts.models import User; print({count})"
    assert service.manage("shell", "-v0", "-c", program).strip() == "0"


@pytest.mark.django_db
def test_a_service_that_redirects_fails(service_environment: dict[str, str], tmp_path: Path) -> None:
    careless = {**service_environment, "SECURE_SSL_REDIRECT": "true", "TRUSTED_PROXY_HOPS": "0"}
    with (
        running(careless, tmp_path / "log") as service,
        pytest.raises(CommandError, match=r"^GET /schema: 301 instead of 200: "),
    ):
        call_command("smoke", service.url, stdout=StringIO())


class Everything(BaseHTTPRequestHandler):
    """Answers 200 to all, as a load balancer's default page would."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_request(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def careless_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Everything) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.django_db
def test_a_server_that_asks_for_no_token_fails(careless_server: str) -> None:
    with pytest.raises(CommandError, match=r"^GET /todos: 200 instead of 401: $"):
        call_command("smoke", careless_server, stdout=StringIO())
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_service_that_is_not_there_fails() -> None:
    with pytest.raises(CommandError, match=r"^GET /readyz\?deep=1: .*refused"):
        call_command("smoke", f"http://127.0.0.1:{ports.any_free()}")
