"""Health is answered before everything that could refuse it, and asks the database only while it starts."""

import json
import time

import pytest
from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from todoproject.server import draining
from todoproject.server import health as module
from todoproject.server.health import HealthMiddleware, Startup, missing_now


def not_reached(request: HttpRequest) -> HttpResponse:
    raise AssertionError(request.path)


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> draining.SharedFlag:
    """A process that has found its database."""
    for name in ("started", "flag"):
        monkeypatch.setattr(draining, name, draining.SharedFlag())
    draining.started.set()
    return draining.started


@pytest.fixture
def starting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has not asked its database yet."""
    monkeypatch.setattr(draining, "started", draining.SharedFlag())


def ask(path: str = "/readyz") -> HttpResponse:
    return HealthMiddleware(not_reached)(RequestFactory().get(path))


@pytest.mark.parametrize("path", ["/healthz", "/healthz/", "/readyz", "/readyz/", "/readyz?" + "a&" * 1100])
def test_health_is_answered_whatever_the_host_and_without_https_or_database(settings: Settings, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get(path, headers={"Host": "10.0.3.7:8000"})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response["Cache-Control"] == "no-store"


def test_head_is_fine_and_anything_else_is_not_allowed() -> None:
    assert Client().head("/readyz").status_code == 200
    response = Client().post("/healthz")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert response.json()["type"] == "/docs/errors/method-not-allowed"


def test_a_missing_database_is_named_by_the_kind_of_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise DatabaseError("password")

    monkeypatch.setattr(MigrationExecutor, "__init__", away)
    assert missing_now() == "Starting: the database does not answer (DatabaseError)."


@pytest.mark.usefixtures("starting")
def test_a_starting_process_is_red_until_the_database_was_fine_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = ["Starting: something is missing.", "Starting: something is missing.", ""]
    monkeypatch.setattr(module, "SECONDS_BETWEEN_CHECKS", 0.05)
    monkeypatch.setattr(module, "missing_now", lambda: answers.pop(0))
    monkeypatch.setattr(module, "startup", Startup())
    module.startup.watch()
    deadline = time.monotonic() + 10
    seen = set()
    while (response := ask()).status_code == 503:
        assert 1 <= int(response["Retry-After"]) <= 5
        seen.add(json.loads(response.content)["detail"])
        assert time.monotonic() < deadline
    assert "Starting: something is missing." in seen
    assert answers == []
    assert ask("/healthz").status_code == 200


def test_draining_turns_readiness_red_and_leaves_liveness() -> None:
    draining.flag.set()
    assert ask().status_code == 503
    assert ask("/healthz").status_code == 200
