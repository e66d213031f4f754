"""Headers limit what a browser may do with our answers."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.test import Client, RequestFactory
from pytest_django import Settings

from local.state import ROOT
from todoproject.http.security_headers import SecurityHeadersMiddleware, added


@pytest.mark.parametrize("path", ["/schema", "/notices", "/nothing"])
@pytest.mark.django_db
def test_data_may_load_and_do_nothing(path: str) -> None:
    assert Client().get(path)["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("path", ["/docs", "/docs/errors/not-found", "/admin/login/"])
@pytest.mark.django_db
def test_pages_run_our_own_assets_only_and_hold_to_it(path: str) -> None:
    response = Client().get(path)
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    page = response.content.decode()
    assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")|<style|\sstyle=|\son\w+=", page)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)


@pytest.mark.django_db
def test_every_answer_has_the_other_headers_as_well() -> None:
    response = Client().get("/nothing")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/json"])
def test_an_answer_has_the_headers_of_djangos_middleware(
    settings: Settings, content_type: str, *, secure: bool
) -> None:
    settings.SECURE_HSTS_SECONDS = 60
    settings.SECURE_SSL_REDIRECT = False
    added.cache_clear()
    given = {"Content-Type": content_type, "Referrer-Policy": "no-referrer", "X-Of-A-View": "1"}

    def view(_request: HttpRequest) -> Any:
        return HttpResponse(headers=given)

    request = RequestFactory().get("/", secure=secure)
    expected: Any = SecurityMiddleware(XFrameOptionsMiddleware(view))(request)
    answer = SecurityHeadersMiddleware(view)(request)
    added.cache_clear()
    assert {*expected.items()} <= {*answer.items()}
    names = {"Content-Security-Policy", "Permissions-Policy", "Cross-Origin-Resource-Policy"}
    assert {*answer.headers} == {*expected.headers, *names}
    assert ("Strict-Transport-Security" in answer) == secure
    assert answer.headers["x-of-a-view"] == "1"
    answer["Referrer-Policy"] = "origin"
    assert answer["referrer-policy"] == "origin"


CHECKS = """
import json
import django
from django.conf import settings
from django.core.checks import run_checks
settings.MIDDLEWARE += json.loads({names!r})
settings.SILENCED_SYSTEM_CHECKS = []
django.setup()
print(json.dumps([error.id for error in run_checks(include_deployment_checks=True)]))
"""


@pytest.mark.slow
def test_djangos_checks_of_production_find_nothing_with_its_own_middleware_either() -> None:
    """The checks look for Django's middleware by name, and ours are subclasses."""
    names = json.dumps(
        [
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ]
    )
    command = [sys.executable, "-m", "local.no_database", "-c", CHECKS.format(names=names)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == ["axes.W002"]
