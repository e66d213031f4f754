"""The peers on Django, for gunicorn: `ROOT_URLCONF=benchmarks.peers.drf` or `benchmarks.peers.ninja_peer`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peers.django_settings")
application = get_wsgi_application()
