"""The one settings module: twelve-factor, every environment differs by values only (docs/configuration.md).

https://docs.djangoproject.com/en/5.2/ref/settings/
"""

from pathlib import Path

from todoproject import environment
from todoproject.environment import env
from todoproject.logs import configuration
from todoproject.postgresql.options import connection_options

BASE_DIR = Path(__file__).resolve().parent.parent

# ── Process ──────────────────────────────────────────────────────────────────────────────────────────────────────────
DEBUG = environment.switch("DEBUG", default=False)
COLOUR = env.str("COLOUR", default="")
ROOT_URLCONF = "todoproject.urls"
WSGI_APPLICATION = "todoproject.wsgi.application"
LOGGING = configuration.LOGGING

# ── Secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────────
SECRET_KEY = environment.secret("DJANGO_SECRET_KEY", debug_default="debug-only" * 6).value()
SECRET_KEY_FALLBACKS = environment.secret_list("DJANGO_SECRET_KEY_FALLBACKS")
JWT_SIGNING_KEYS = environment.secret(
    "JWT_SIGNING_KEYS", debug_default='[{"kid": "debug-only", "key": "ZGVidWctb25seS1kZWJ1Zy1vbmx5LWRlYnVnLW9ubHk"}]'
)

# ── Applications ─────────────────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "todoproject.accounts",
    "todoproject.idempotency",
    "todoproject.throttling",
    "todos",
]
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── Request path, outermost first ────────────────────────────────────────────────────────────────────────────────────
MIDDLEWARE = [
    "todoproject.middleware.request_log.RequestLogMiddleware",
    "todoproject.health.HealthMiddleware",
    "todoproject.middleware.proxy.ProxyHeadersMiddleware",
    "todoproject.middleware.security_headers.SecurityHeadersMiddleware",
    "todoproject.middleware.plain_errors.PlainErrorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "todoproject.middleware.body_limit.BodyLimitMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
MAX_BODY_BYTES = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
TRUSTED_PROXY_HOPS = environment.whole_number("TRUSTED_PROXY_HOPS", default=0, maximum=10)
# Safe to read: ProxyHeadersMiddleware removes what no trusted proxy wrote.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
USE_X_FORWARDED_HOST = USE_X_FORWARDED_PORT = True

# ── Database ─────────────────────────────────────────────────────────────────────────────────────────────────────────
# Connections are kept, one a thread, and looked at before each use without a round trip (docs/adr/0003).
DATABASE = environment.database()
DATABASES = {
    "default": {
        **DATABASE,
        "ENGINE": "todoproject.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": connection_options() | DATABASE["OPTIONS"],
    }
}

# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["todoproject.accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["todoproject.api.parser.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["todoproject.api.renderer.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["todoproject.throttling.rates.ApiThrottle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "todoproject.api.negotiation.StrictContentNegotiation",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "todoproject.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
API_RATE = environment.rate("API_RATE", default="")
LOGIN_RATE = "10/minute"
ACCESS_TOKEN_SECONDS = 10 * 60
REFRESH_TOKEN_SECONDS = 7 * 24 * 3600
JWT_ISSUER = JWT_AUDIENCE = "todo-service"
CORS_ALLOWED_ORIGINS = environment.words("CORS_ALLOWED_ORIGINS")
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = ["ETag", "Idempotency-Replayed", "Link", "Location", "Retry-After", "X-Request-ID"]
CORS_PREFLIGHT_MAX_AGE = 3600

# ── Security: https://docs.djangoproject.com/en/5.2/howto/deployment/checklist/ ──────────────────────────────────────
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS")
SECURE_SSL_REDIRECT = environment.switch("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = environment.whole_number("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.switch("SECURE_COOKIES", default=True)
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# ── Pages and assets ─────────────────────────────────────────────────────────────────────────────────────────────────
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "todoproject" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "todoproject" / "assets"]
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
SPECTACULAR_SETTINGS = {
    "TITLE": "Todo service",
    "DESCRIPTION": "To-dos of the caller. Errors are RFC 9457 problem details; lists are paged by the Link header.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# ── Language and time ────────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en-gb"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
