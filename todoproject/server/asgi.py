"""The application as uvicorn's event loop serves it (SERVER=asgi)."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
django.setup(set_prefix=False)

from todoproject.secrets.environment import web_threads  # noqa: E402
from todoproject.server.asgi_bodies import Bodies  # noqa: E402  settings and apps come first
from todoproject.server.asgi_handler import Handler  # noqa: E402
from todoproject.server.asgi_threads import Threads  # noqa: E402

application = Bodies(Threads(Handler(), web_threads()))
