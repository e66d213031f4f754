"""The application as gunicorn's threads serve it."""

import os

from django.core.wsgi import get_wsgi_application

from todoproject.chunked import ChunkedBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")

application = ChunkedBodies(get_wsgi_application())
