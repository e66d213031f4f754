"""The peers on Django, for gunicorn: ROOT_URLCONF names `drf` or `drf_features` of pattern.benchmarks.peers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pattern.benchmarks.peers.django_settings")
application = get_wsgi_application()
