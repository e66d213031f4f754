"""The settings of `django-admin startproject`, for the peers on Django; ROOT_URLCONF says which of them.

https://docs.djangoproject.com/en/5.2/ref/databases/#persistent-connections: connections are kept, which a default
project does not do, but any site with this load.
"""

import os
from urllib.parse import urlsplit

_database = urlsplit(os.environ["DATABASE_URL"])

SECRET_KEY = os.environ["JWT_KEY"]
ALLOWED_HOSTS = ["todos.example.com"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "pattern.benchmarks.peers.todos",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
ROOT_URLCONF = os.environ["ROOT_URLCONF"]
APPEND_SLASH = False  # the service's addresses have none
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _database.hostname,
        "PORT": _database.port,
        "NAME": _database.path.lstrip("/"),
        "USER": _database.username,
        "PASSWORD": _database.password,
        "CONN_MAX_AGE": None,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["pattern.benchmarks.peers.drf_authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 20,
}

if ROOT_URLCONF.endswith("drf_features"):
    INSTALLED_APPS.append("corsheaders")
    CORS_ALLOWED_ORIGINS = ["https://todos.example.com"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    MIDDLEWARE = [
        "pattern.benchmarks.peers.drf_features.FeaturesMiddleware",
        "corsheaders.middleware.CorsMiddleware",
        *MIDDLEWARE,
        "django.middleware.http.ConditionalGetMiddleware",
    ]
    REST_FRAMEWORK |= {
        "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
        "DEFAULT_THROTTLE_RATES": {"user": os.environ["API_RATE"]},
    }
