"""Django's WSGI handler without what it would find out again for each request: the view of an address, the host."""

from typing import Any

from django import db
from django.conf import settings
from django.core import signals
from django.core.cache import caches, close_caches
from django.core.cache.backends.base import BaseCache
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest
from django.urls import ResolverMatch

# More addresses without an id than any service has, so nothing is forgotten; yet nobody can fill the memory.
MOST_REMEMBERED = 1_000

_hosts: dict[tuple[str | None, ...], str] = {}


class Handler(WSGIHandler):
    """Remembers which view an address without parameters leads to."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
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


class HostRequest(WSGIRequest):
    """Remembers which hosts are allowed."""

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
