"""The application as gunicorn's threads serve it."""

import os

from django.core.wsgi import get_wsgi_application

from todoproject.server.chunked import ChunkedBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")

handler = get_wsgi_application()

from todoproject.server.request import Request  # noqa: E402  settings come first

handler.request_class = Request
application = ChunkedBodies(handler)
