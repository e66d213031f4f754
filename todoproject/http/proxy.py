"""Removes forwarding headers, except for those that trusted proxies wrote.

Each proxy appends to X-Forwarded-For. So the n-th entry from the right is the address that the n-th trusted proxy saw,
and a client may have written everything to the left of it. Django's SECURE_PROXY_SSL_HEADER, USE_X_FORWARDED_HOST and
USE_X_FORWARDED_PORT read the headers that are left.
https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-Forwarded-For#selecting_an_ip_address
"""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from todoproject.logs.context import address

PREFIXES = ("HTTP_X_FORWARDED", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_URL_SCHEME")


class ProxyHeadersMiddleware:
    """Removes every forwarding header, and with TRUSTED_PROXY_HOPS > 0 puts back what the trusted proxies wrote.

    REMOTE_ADDR becomes the n-th address from the right of X-Forwarded-For; of X-Forwarded-Proto, -Host and -Port the
    right-most entry counts. Impossible values (no address, no port) are ignored.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forwarded = {name: request.META.pop(name) for name in list(request.META) if name.startswith(PREFIXES)}
        if settings.TRUSTED_PROXY_HOPS > 0:
            request.META.update(trusted(forwarded, settings.TRUSTED_PROXY_HOPS))
        address.set(request.META.get("REMOTE_ADDR", ""))
        return self.get_response(request)


def trusted(forwarded: dict[str, str], hops: int) -> dict[str, str]:
    """Return the entries of META that come from `hops` trusted proxies."""
    believed = {}
    addresses = entries(forwarded, "FOR")
    if len(addresses) >= hops and (address := valid_address(addresses[-hops])):
        believed["REMOTE_ADDR"] = address
    for name in ("PROTO", "HOST", "PORT"):
        value = (entries(forwarded, name) or [""])[-1]
        if value and not (name == "PORT" and not (value.isascii() and value.isdigit())):
            believed[f"HTTP_X_FORWARDED_{name}"] = value
    return believed


def entries(forwarded: dict[str, str], name: str) -> list[str]:
    text = forwarded.get(f"HTTP_X_FORWARDED_{name}", "")
    return [entry.strip() for entry in text.split(",")] if text else []


@lru_cache(maxsize=1024)  # clients send more than one request
def valid_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
