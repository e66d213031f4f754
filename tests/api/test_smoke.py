"""`manage.py smoke` against the real service: it catches faults, and leaves nothing behind."""

import re
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from psycopg.sql import SQL, Identifier
from rest_framework import serializers

from local import ports
from tests.sample import Subject, every
from tests.service import Service
from todoproject.accounts.models import User
from todoproject.api import registry
from todoproject.api.fields import ReferenceField
from todoproject.api.resource import Resource
from todoproject.api.scope import Shared
from todoproject.maintenance.management.commands.smoke import Command, can_create, unlikely


def assert_asked(said: list[str], resources: Iterable[type[Resource]]) -> None:
    """Assert that these are the lines of a service with these resources; of those of a team it reads the list alone."""
    wanted = {"200 GET /readyz", "200 GET /schema"}
    for resource in resources:
        path = resource.path()
        wanted |= {f"401 GET {path}", f"200 GET {path}"}
        if can_create(resource):
            wanted |= {f"201 POST {path}", f"200 PATCH {path}/…", f"204 DELETE {path}/…"}
    assert {re.sub(r"/\d+$", "/…", line) for line in said[:-1]} == wanted
    assert said[-1].endswith(" serves.")


@every
def test_a_value_that_must_be_unique_is_one_that_no_row_has_and_that_its_member_takes(subject: Subject) -> None:
    for name, member in subject.writable.items():
        if not isinstance(member, ReferenceField):
            given = subject.json(name, 1, {})
            value = unlikely(member, given)
            assert member.run_validation(value) is not None, name
            assert (value == given) is isinstance(member, (serializers.BooleanField, serializers.ChoiceField)), name
            if name in subject.unique:
                assert Command().with_keys(subject.resource, {name: given}) != {name: given}


def test_such_a_value_keeps_to_the_rules_of_its_member() -> None:
    year = serializers.IntegerField(min_value=1900, max_value=2100)
    assert {unlikely(year, 1999) in range(1900, 2101) for _ in range(50)} == {True}
    assert unlikely(serializers.RegexField(r"^INV-\d{4}$", max_length=8), "INV-0001") == "INV-0001"


def rows(service: Service) -> list[Any]:
    """Count the smoke test's users in the service's database, and the rows of each resource."""
    users = SQL("SELECT count(*) FROM {} WHERE username LIKE 'smoke-%'").format(Identifier(User._meta.db_table))
    tables = [Identifier(one.model._meta.db_table) for one in registry.resources()]
    counts = [SQL("SELECT count(*) FROM {}").format(table) for table in tables]
    with service.database() as connection:
        return [connection.execute(count).fetchone() for count in (users, *counts)]


def test_a_service_that_serves_passes_and_keeps_nothing(service: Service) -> None:
    before = rows(service)
    said = service.manage("smoke", service.url).splitlines()
    assert_asked(said, registry.resources())
    assert rows(service) == before  # others use the service too


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_resource_is_asked_and_nothing_of_it_is_kept(live_server: Any) -> None:
    out = StringIO()
    call_command("smoke", live_server.url, stdout=out)
    resources = list(registry.resources())
    assert_asked(out.getvalue().splitlines(), resources)
    assert not any(one.model._default_manager.exists() for one in resources)
    assert [one for one in resources if isinstance(one.scope, Shared) and can_create(one)] == []


class Stub(BaseHTTPRequestHandler):
    """Answers the same to all but health checks: 200 as a load balancer's default page, or a redirect to HTTPS."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else self.status)
        self.send_header("Location", "https://service.example/")
        self.end_headers()

    def log_request(self, *_args: object) -> None:
        """Say nothing."""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "said"), [(200, r"^GET /[a-z-]+: 200 instead of 401: $"), (301, r"^GET /schema: 301 instead of 200: ")]
)
def test_a_server_that_asks_for_no_token_or_redirects_fails(status: int, said: str) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Answering", (Stub,), {"status": status})) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with pytest.raises(CommandError, match=said):
                call_command("smoke", f"http://127.0.0.1:{server.server_port}", stdout=StringIO())
        finally:
            server.shutdown()
            thread.join()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_service_that_is_not_there_fails() -> None:
    with pytest.raises(CommandError, match=r"^GET /readyz: .*refused"):
        call_command("smoke", f"http://127.0.0.1:{ports.any_free()}")
