"""The WSGI application: Django's handler without what it would find out again for each request, and chunked bodies."""

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

# More addresses without an id than any service has, so nothing is forgotten; yet nobody can fill the memory.
MOST_REMEMBERED = 1_000

# A body whose type cannot be read (RFC 9110 §8.3): no API takes it, so the answer is 415.
UNREADABLE = "application/octet-stream"

_hosts: dict[tuple[str | None, ...], str] = {}


def application() -> "WSGIApplication":
    """Set up Django, and return what serves its requests."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
    django.setup(set_prefix=False)
    return Bodies(Handler())


class Bodies:
    """A WSGI application in front of another, which joins the chunks of bodies for it.

    Django reads as many bytes as CONTENT_LENGTH says, so that a chunked request, which has none, arrives empty
    (https://code.djangoproject.com/ticket/28668). All of it is in memory by now, and no larger than its path allows
    (`todoproject.server.incoming`). A malformed chunk raises gunicorn's own error here, which it answers with 400;
    another transfer coding is 501, for a body that nobody decodes must not pass for an empty one.
    https://www.rfc-editor.org/rfc/rfc9112#section-6.1
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
    """Remembers which hosts are allowed, and takes any Content-Type.

    One with a parameter in an unknown charset (``a*=zz''b``, RFC 2231) counts as UNREADABLE: Django raises ValueError
    at it while it makes the request, before there is anything that could answer.
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
    """Remembers which view an address without parameters leads to."""

    request_class = Request

    def __init__(self) -> None:
        super().__init__()
        without_idle_receivers()
        self._routes: dict[str, ResolverMatch] = {}

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Return the view of the request, and tell the request, as Django does."""
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
    """Let Django's signals of each request call nothing that has nothing to do here.

    No queries are logged without DEBUG, and most caches keep nothing open. Connections are looked at one by one, where
    Django would first find out which of them this thread has.
    """
    if not settings.DEBUG:
        signals.request_started.disconnect(db.reset_queries)
    if all(type(settled).close is BaseCache.close for settled in caches.all()):
        signals.request_finished.disconnect(close_caches)
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(db.close_old_connections)
        signal.connect(close_old_connections)


def close_old_connections(**_signal: Any) -> None:
    """Close what cannot be used any longer, as Django's function of this name does."""
    for alias in settings.DATABASES:
        db.connections[alias].close_if_unusable_or_obsolete()
