"""FAULTS breaks the service as asked, and installs nothing without a fault."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as current
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from local.resource import FIRST_PATH, RESOURCES
from todoproject.http import faults
from todoproject.secrets import environment


@pytest.fixture
def client(settings: Settings) -> Any:
    """Return a client of a process that was started with some faults."""

    def started(*names: str) -> Client:
        settings.FAULTS = list(names)
        settings.MIDDLEWARE = faults.installed(current.MIDDLEWARE, names)
        return Client(raise_request_exception=False)

    return started


def test_without_faults_nothing_is_installed() -> None:
    assert current.FAULTS == []
    assert faults.installed(["a", "b"], []) == ["a", "b"]
    assert not [each for each in current.MIDDLEWARE if "fault" in each]


def test_an_unknown_fault_stops_the_start_and_names_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULTS", "errors, eror")
    with pytest.raises(
        ImproperlyConfigured, match="FAULTS has eror: give some of errors, resource, latency, unready, crash"
    ):
        environment.known_words("FAULTS", among=faults.KNOWN)


@pytest.mark.django_db
def test_errors_makes_each_route_a_500_and_leaves_health_alone(client: Any) -> None:
    browser = client("errors")
    response = browser.get("/schema", secure=True)
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert response.resolver_match.route
    assert browser.get("/readyz").status_code == 200
    assert client().get("/schema", secure=True).status_code == 200


@pytest.mark.skipif(not RESOURCES, reason="this service has no resource yet")
@pytest.mark.django_db
def test_resource_answers_500_for_the_resource_alone(client: Any) -> None:
    """As with an image whose own code is broken."""
    browser = client("resource")
    assert browser.get(FIRST_PATH, secure=True).status_code == 500
    assert [browser.get(path, secure=True).status_code for path in ("/schema", "/readyz")] == [200, 200]
    assert client().get(FIRST_PATH, secure=True).status_code == 401


@pytest.mark.django_db
def test_latency_makes_an_answer_late_and_leaves_it_as_it_is(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("todoproject.http.faults.time.sleep", waited.append)
    assert client("latency").get("/schema", secure=True).status_code == 200
    assert waited == [faults.LATENCY_SECONDS]


@pytest.mark.django_db
def test_unready_keeps_readiness_red_and_serves(client: Any) -> None:
    browser = client("unready")
    assert (browser.get("/readyz").status_code, browser.get("/healthz").status_code) == (503, 200)
    assert browser.get("/schema", secure=True).status_code == 200


@pytest.mark.slow
def test_crash_ends_gunicorn_as_soon_as_it_has_begun() -> None:
    variables = {**os.environ, "DEBUG": "true", "FAULTS": "crash", "METRICS_PORT": "0"}
    serve = [sys.executable, "-m", "gunicorn", "-c", "todoproject/server/gunicorn.conf.py"]
    done = subprocess.run(serve, capture_output=True, text=True, timeout=60, env=variables, check=False)
    assert done.returncode == 3, done.stderr
    assert "FAULTS=crash" in done.stderr
