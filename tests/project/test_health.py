"""Health is answered before everything that could refuse it, and asks the database only when it must."""

import json

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings

from todoproject.server import draining
from todoproject.server import health as module
from todoproject.server.health import HealthMiddleware


def not_reached(request: HttpRequest) -> HttpResponse:
    raise AssertionError(request.path)


@pytest.fixture
def health() -> HealthMiddleware:
    """A worker that has just started."""
    return HealthMiddleware(not_reached)


def ask(health: HealthMiddleware, path: str = "/readyz") -> HttpResponse:
    return health(RequestFactory().get(path))


@pytest.mark.parametrize("path", ["/healthz", "/healthz/", "/readyz", "/readyz/", "/readyz?deep=1"])
@pytest.mark.django_db
def test_health_is_answered_whatever_the_host_and_without_https(settings: Settings, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get(path, headers={"Host": "10.0.3.7:8000"})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_health_is_answered_whatever_else_the_query_holds() -> None:
    assert Client().get("/readyz?" + "a&" * 1100 + "deep=1").json() == {"status": "ok"}


@pytest.mark.django_db
def test_head_is_fine_and_anything_else_is_not_allowed() -> None:
    assert Client().head("/readyz").status_code == 200
    response = Client().post("/healthz")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert response.json()["type"] == "/docs/errors/method-not-allowed"


def test_other_addresses_are_passed_on() -> None:
    health = HealthMiddleware(lambda _request: HttpResponse("passed on"))
    assert ask(health, "/healthzz").content == b"passed on"


@pytest.mark.django_db
def test_a_ready_worker_never_asks_the_database_again(
    health: HealthMiddleware,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(module, "SECONDS_BETWEEN_CHECKS", 0)
    assert ask(health).status_code == 200
    with django_assert_num_queries(0):
        assert ask(health).status_code == 200
    with django_assert_num_queries(1):
        assert ask(health, "/readyz?deep=1").status_code == 200


@pytest.mark.django_db
def test_a_missing_migration_is_named(health: HealthMiddleware) -> None:
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    response = ask(health)
    assert response.status_code == 503
    assert "sessions.0001_initial" in json.loads(response.content)["detail"]
    assert 1 <= int(response["Retry-After"]) <= 5


@pytest.mark.django_db
def test_a_newer_schema_is_ready_too(health: HealthMiddleware) -> None:
    MigrationRecorder(connection).record_applied("sessions", "0002_from_the_next_release")
    assert ask(health).status_code == 200


@pytest.mark.django_db
def test_a_starting_worker_asks_once_a_second_and_turns_green(
    health: HealthMiddleware,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(module, "SECONDS_BETWEEN_CHECKS", 3600)
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("sessions", "0001_initial")
    assert ask(health).status_code == 503
    recorder.record_applied("sessions", "0001_initial")
    with django_assert_num_queries(0):
        assert ask(health).status_code == 503
    monkeypatch.setattr(health.startup, "_next_check", 0.0)  # the hour is over
    assert ask(health).status_code == 200


@pytest.mark.django_db
def test_while_one_thread_asks_the_others_do_not_wait(health: HealthMiddleware) -> None:
    assert health.startup._lock.acquire()
    assert ask(health).status_code == 503


def test_draining_turns_readiness_red_and_leaves_liveness(
    health: HealthMiddleware, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "flag", draining.SharedFlag())
    draining.flag.set()
    assert ask(health).status_code == 503
    assert ask(health, "/healthz").status_code == 200
