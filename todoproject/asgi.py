"""The application as uvicorn's event loop serves it (SERVER=asgi)."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
django.setup(set_prefix=False)

from todoproject.asgi_server.bodies import Bodies  # noqa: E402  settings and apps come first
from todoproject.asgi_server.handler import Handler  # noqa: E402
from todoproject.asgi_server.threads import Threads  # noqa: E402
from todoproject.environment import web_threads  # noqa: E402

application = Bodies(Threads(Handler(), web_threads()))
