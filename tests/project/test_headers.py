"""Headers: those of answers limit what a browser may do, and only trusted proxies say where a request came from."""

import re
from typing import Any

import pytest
from django.core.checks import run_checks
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.test import Client, RequestFactory
from pytest_django import Settings

from todoproject.http.proxy import ProxyHeadersMiddleware
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


def test_djangos_checks_of_production_find_nothing_with_its_own_middleware_either(settings: Settings) -> None:
    """The checks look for Django's middleware by name, and ours are subclasses."""
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ]
    settings.SILENCED_SYSTEM_CHECKS = []
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    assert [found.id for found in run_checks(include_deployment_checks=True)] == ["axes.W002"]


# ── Of requests, by proxies ──────────────────────────────────────────────────────────────────────────────────────────
FORGED = {
    "X-Forwarded-For": "6.6.6.6, 10.0.0.2",
    "X-Forwarded-Proto": "http, https",
    "X-Forwarded-Host": "evil.example, shop.example",
    "X-Forwarded-Port": "80, 8443",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded": "for=6.6.6.6",
    "Forwarded": "for=6.6.6.6;host=evil.example;proto=https",
    "X-Real-IP": "6.6.6.6",
}


def seen(headers: dict[str, str]) -> HttpRequest:
    """Return the request as the application sees it."""
    requests: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        requests.append(request)
        return HttpResponse()

    request = RequestFactory().get("/", headers={"Host": "testserver", **headers}, REMOTE_ADDR="10.0.0.9")
    ProxyHeadersMiddleware(view)(request)
    return requests[0]


def test_without_a_proxy_nothing_can_be_forged(settings: Settings) -> None:
    settings.TRUSTED_PROXY_HOPS = 0
    request = seen(FORGED)
    assert request.build_absolute_uri() == "http://testserver/"
    assert request.META["REMOTE_ADDR"] == "10.0.0.9"
    assert not [name for name in request.META if "FORWARDED" in name or "REAL_IP" in name]


def test_one_proxy_vouches_for_the_right_most_entries(settings: Settings) -> None:
    settings.TRUSTED_PROXY_HOPS = 1
    settings.ALLOWED_HOSTS = ["shop.example"]
    request = seen(FORGED)
    assert request.is_secure()
    assert request.get_host() == "shop.example"
    assert request.META["REMOTE_ADDR"] == "10.0.0.2"
    assert "HTTP_FORWARDED" not in request.META
    assert "HTTP_X_FORWARDED_PREFIX" not in request.META


def test_two_proxies_vouch_for_the_second_address_from_the_right(settings: Settings) -> None:
    settings.TRUSTED_PROXY_HOPS = 2
    assert seen({"X-Forwarded-For": "6.6.6.6, 2001:DB8::1, 10.0.0.2"}).META["REMOTE_ADDR"] == "2001:db8::1"


@pytest.mark.parametrize("value", ["", "nonsense", "1.2.3.4:80", "<script>", "1.2.3.4, ", "999.1.1.1"])
def test_a_forwarded_text_that_is_no_address_is_ignored(settings: Settings, value: str) -> None:
    settings.TRUSTED_PROXY_HOPS = 1
    assert seen({"X-Forwarded-For": value}).META["REMOTE_ADDR"] == "10.0.0.9"


def test_fewer_entries_than_proxies_leave_the_peer_address(settings: Settings) -> None:
    settings.TRUSTED_PROXY_HOPS = 3
    assert seen({"X-Forwarded-For": "6.6.6.6"}).META["REMOTE_ADDR"] == "10.0.0.9"


def test_a_proxy_that_came_by_http_is_not_secure(settings: Settings) -> None:
    settings.TRUSTED_PROXY_HOPS = 1
    assert not seen({"X-Forwarded-Proto": "https, http"}).is_secure()
    assert not seen({"X-Forwarded-Port": "443"}).is_secure()


def test_a_port_that_is_none_is_ignored(settings: Settings) -> None:
    settings.TRUSTED_PROXY_HOPS = 1
    assert "HTTP_X_FORWARDED_PORT" not in seen({"X-Forwarded-Port": "8443, evil"}).META
