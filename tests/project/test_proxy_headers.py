"""Only trusted proxies say where a request came from."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from todoproject.http.proxy import ProxyHeadersMiddleware

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


@pytest.fixture(autouse=True)
def _hosts(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "shop.example"]


def test_without_a_proxy_nothing_can_be_forged(settings: Settings) -> None:
    settings.TRUSTED_PROXY_HOPS = 0
    request = seen(FORGED)
    assert request.build_absolute_uri() == "http://testserver/"
    assert request.META["REMOTE_ADDR"] == "10.0.0.9"
    assert not [name for name in request.META if "FORWARDED" in name or "REAL_IP" in name]


def test_one_proxy_vouches_for_the_right_most_entries(settings: Settings) -> None:
    settings.TRUSTED_PROXY_HOPS = 1
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
