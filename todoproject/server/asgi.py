"""SERVER=asgi: Django's own handler in uvicorn's own worker (docs/adr/0004)."""

import os
import signal
import sys

from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIHandler
from uvicorn_worker import UvicornH11Worker


def application() -> ASGIHandler:
    """Return the application. Each request opens a database connection and closes it.

    Under ASGI Django runs each request in a thread of its own, so no later request could use a kept connection.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
    handler = get_asgi_application()
    from django.conf import settings  # noqa: PLC0415  get_asgi_application loads them

    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
    return handler


class Worker(UvicornH11Worker):  # type: ignore[misc]  # no types
    CONFIG_KWARGS = UvicornH11Worker.CONFIG_KWARGS | {"server_header": False}

    def init_signals(self) -> None:
        """Exit at SIGTERM. uvicorn raises it again at its end, before the audit trail is sent."""
        super().init_signals()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
