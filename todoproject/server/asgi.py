"""Serves by an event loop (SERVER=asgi): Django's own handler in uvicorn's own worker (docs/adr/0004)."""

import os
import signal
import sys

from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIHandler
from uvicorn_worker import UvicornH11Worker


def application() -> ASGIHandler:
    """Return the application, which opens a database connection for each request and closes it at its end.

    Django gives each request under ASGI a thread that ends with it, so a kept connection would have no next request.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
    handler = get_asgi_application()
    from django.conf import settings  # noqa: PLC0415  get_asgi_application loads them

    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
    return handler


class Worker(UvicornH11Worker):  # type: ignore[misc]  # no types
    CONFIG_KWARGS = UvicornH11Worker.CONFIG_KWARGS | {"server_header": False}

    def init_signals(self) -> None:
        """Exit at SIGTERM, which uvicorn raises again at its end: it would kill before audit records are shipped."""
        super().init_signals()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
