"""The WSGI application: Django's handler with chunked bodies, and with caches for work that it repeats each request."""

import os
from collections.abc import MutableMapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

import django
from django import db
from django.conf import settings
from django.core import signals
from django.core.cache import caches, close_caches
from django.core.cache.backends.base import BaseCache
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest
from django.urls import ResolverMatch
from gunicorn.http.errors import InvalidHeader, UnsupportedTransferCoding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# More paths and hosts than any service has; a bound all the same, so that no client fills the memory.
MOST_REMEMBERED = 1_000

# The type of a body whose Content-Type cannot be read (RFC 9110 §8.3): no API accepts it, so the answer is 415.
UNREADABLE = "application/octet-stream"

_hosts: dict[tuple[str | None, ...], str] = {}


def application() -> "WSGIApplication":
    """Set up Django, and return the application."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
    django.setup(set_prefix=False)
    return Bodies(Handler())


class Bodies:
    """WSGI middleware that gives chunked bodies a length.

    Django reads CONTENT_LENGTH bytes, so a chunked request, which has none, arrives empty
    (https://code.djangoproject.com/ticket/28668). The body is in memory already, and no larger than its path allows
    (`todoproject.server.incoming`). gunicorn raises for a malformed chunk (400). Another transfer coding is 501: a body
    that nobody decodes must not look like an empty one. https://www.rfc-editor.org/rfc/rfc9112#section-6.1
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        if environ["SERVER_PROTOCOL"] == "HTTP/1.1" and "HTTP_HOST" not in environ:
            raise InvalidHeader("HOST")  # 400: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
        coding = environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if coding not in {"", "chunked"}:
            raise UnsupportedTransferCoding(coding)
        if coding and not environ.get("CONTENT_LENGTH"):
            body = environ["wsgi.input"].read()
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return self.application(environ, start_response)


class Request(WSGIRequest):
    """Caches the result of ALLOWED_HOSTS, and accepts every Content-Type.

    At a parameter in an unknown charset (``a*=zz''b``, RFC 2231) Django raises ValueError while it makes the request,
    before a middleware could answer. Such a type counts as UNREADABLE.
    """

    def get_host(self) -> str:
        """Return the host that the client asked for; raise DisallowedHost, as Django does."""
        meta = self.META
        key = meta.get("HTTP_X_FORWARDED_HOST"), meta.get("HTTP_HOST"), *settings.ALLOWED_HOSTS
        if (known := _hosts.get(key)) is not None:
            return known
        host = super().get_host()
        if meta.get("HTTP_HOST") and settings.ALLOWED_HOSTS:
            if len(_hosts) >= MOST_REMEMBERED:
                _hosts.clear()
            _hosts[key] = host
        return host

    def _set_content_type_params(self, meta: MutableMapping[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # not in the stubs
        except ValueError:
            meta["CONTENT_TYPE"] = UNREADABLE
            super()._set_content_type_params(meta)  # type: ignore[misc]  # as above


class Handler(WSGIHandler):
    """Caches the view of each path that has no parameters."""

    request_class = Request

    def __init__(self) -> None:
        super().__init__()
        without_idle_receivers()
        self._routes: dict[str, ResolverMatch] = {}

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Return the view of a request, and set its `resolver_match`, as Django does."""
        if (known := self._routes.get(request.path_info)) is not None and not hasattr(request, "urlconf"):
            request.resolver_match = known
            return known
        match: ResolverMatch = super().resolve_request(request)
        if not (match.args or match.kwargs) and not hasattr(request, "urlconf"):
            if len(self._routes) >= MOST_REMEMBERED:
                self._routes.clear()
            self._routes[request.path_info] = match
        return match


def without_idle_receivers() -> None:
    """Disconnect the receivers of Django's request signals that have nothing to do here.

    Without DEBUG no queries are logged, and most caches keep nothing open. Django's close_old_connections would first
    look for the connections of this thread.
    """
    if not settings.DEBUG:
        signals.request_started.disconnect(db.reset_queries)
    if all(type(settled).close is BaseCache.close for settled in caches.all()):
        signals.request_finished.disconnect(close_caches)
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(db.close_old_connections)
        signal.connect(close_old_connections)


def close_old_connections(**_signal: Any) -> None:
    """Close connections that cannot be used any longer, as Django's function of this name does."""
    for alias in settings.DATABASES:
        db.connections[alias].close_if_unusable_or_obsolete()
