"""The only settings module: environments differ by the values of variables (docs/configuration.md).

https://docs.djangoproject.com/en/5.2/ref/settings/
"""

import json
from datetime import timedelta
from pathlib import Path

import todoproject.metrics.secrets  # noqa: F401  before the first secret is read
from todoproject.http import faults
from todoproject.logs import configuration
from todoproject.postgresql import options
from todoproject.secrets import django_key, environment, key_ring
from todoproject.secrets.environment import env

BASE_DIR = Path(__file__).resolve().parent.parent

# ── What a clone changes, with INSTALLED_APPS and urls.py: names of the service ──────────────────────────────────────
PROJECT = json.loads((BASE_DIR / "project.json").read_text())
TITLE = PROJECT["title"]
DESCRIPTION = (
    "Log in for an access token and send it as `Authorization: Bearer …`. "
    "Lists are arrays, paged by the `Link` header. Errors are [problem details](/docs/errors)."
)
# Another value logs all users out.
JWT_ISSUER = JWT_AUDIENCE = f"{PROJECT['name']}-service"

# ── Process ──────────────────────────────────────────────────────────────────────────────────────────────────────────
DEBUG = environment.switch("DEBUG", default=False)
COLOUR = env.str("COLOUR", default="")
ROOT_URLCONF = "todoproject.urls"
LOGGING = configuration.LOGGING

# ── Secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────────
DJANGO_SECRET_KEY = environment.secret("DJANGO_SECRET_KEY", debug_default="debug-only" * 6, check=django_key.strong)
DJANGO_SECRET_KEY_FALLBACKS = environment.secret("DJANGO_SECRET_KEY_FALLBACKS", default="[]", check=django_key.key_list)
# The values at the start; todoproject.secrets.django_key keeps them up to date.
SECRET_KEY = DJANGO_SECRET_KEY.value()
SECRET_KEY_FALLBACKS = django_key.key_list(DJANGO_SECRET_KEY_FALLBACKS.value(), DJANGO_SECRET_KEY_FALLBACKS.name)
JWT_SIGNING_KEYS = environment.secret(
    "JWT_SIGNING_KEYS",
    debug_default='[{"kid": "debug-only", "key": "ZGVidWctb25seS1kZWJ1Zy1vbmx5LWRlYnVnLW9ubHk"}]',
    check=key_ring.parsed,
)

# ── Applications ─────────────────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "todoproject.admin.apps.OperationsConfig",  # django.contrib.admin with our site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "corsheaders",
    "rest_framework",
    "todoproject.api",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "todoproject.accounts",
    "todoproject.audit",
    "todoproject.idempotency",
    "todoproject.maintenance",
    "todoproject.throttling",
    "todos",
]
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── Request path, outermost first ────────────────────────────────────────────────────────────────────────────────────
MIDDLEWARE = [
    "todoproject.http.request_log.RequestLogMiddleware",
    "todoproject.server.health.HealthMiddleware",
    "todoproject.metrics.middleware.MetricsMiddleware",
    "todoproject.secrets.django_key.DjangoKeyMiddleware",
    "todoproject.http.proxy.ProxyHeadersMiddleware",
    "todoproject.http.security_headers.SecurityHeadersMiddleware",
    "todoproject.http.errors.PlainErrorsMiddleware",
    # Before the middleware that may refuse a request: a front end must be able to read the refusal.
    "todoproject.http.django_middleware.CorsMiddleware",
    "todoproject.http.django_middleware.HttpsMiddleware",
    "todoproject.http.body_limit.BodyLimitMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "todoproject.http.django_middleware.AdminSessionMiddleware",
    "todoproject.http.django_middleware.CommonMiddleware",
    "todoproject.http.django_middleware.AdminCsrfMiddleware",
    "todoproject.http.django_middleware.AdminAuthenticationMiddleware",
    "todoproject.http.django_middleware.AdminMessageMiddleware",
]
FAULTS = environment.known_words("FAULTS", among=faults.KNOWN)
MIDDLEWARE = faults.installed(MIDDLEWARE, FAULTS)
# For the admin's forms; views of the API have limits of their own (todoproject.http.body_limit). A text of ten thousand
# characters, four bytes each, sent as %XX, has 120,000 bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
TRUSTED_PROXY_HOPS = environment.whole_number("TRUSTED_PROXY_HOPS", default=0, maximum=10)
# ProxyHeadersMiddleware removes these headers unless a trusted proxy wrote them.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
USE_X_FORWARDED_HOST = USE_X_FORWARDED_PORT = True

# ── Database ─────────────────────────────────────────────────────────────────────────────────────────────────────────
# Each thread keeps a connection, and checks it before each use without a round trip (docs/adr/0003).
DATABASES = {
    "default": {
        "ENGINE": "todoproject.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        **options.database(),
    }
}
# django-prometheus' buckets of statements; those of requests are in todoproject.metrics.middleware.
PROMETHEUS_LATENCY_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.03, 0.1, 0.3, 1, 2, 5, float("inf"))

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
API_RATE = environment.rate("API_RATE")
WEB_THREADS = environment.web_threads()
# Within the objective of 300 ms (monitoring/slo.yaml), so that slow searches page nobody.
SEARCH_MILLISECONDS = 250
LOGIN_RATE = environment.rate("LOGIN_RATE", default="10/minute")
# One address alone cannot reach it: after five failures axes locks it out for a quarter of an hour.
LOGIN_ACCOUNT_RATE = environment.rate("LOGIN_ACCOUNT_RATE", default="30/hour")
ACCESS_TOKEN_SECONDS = 10 * 60
REFRESH_TOKEN_SECONDS = 7 * 24 * 3600
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
LOGIN_REDIRECT_URL = "admin:index"  # if `next` is another site
X_FRAME_OPTIONS = "DENY"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# ── Lock-out: https://django-axes.readthedocs.io/en/latest/4_configuration.html ──────────────────────────────────────
AXES_HANDLER = "todoproject.accounts.lockout.LockOutHandler"
AXES_CLIENT_IP_CALLABLE = "todoproject.accounts.lockout.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# The audit trail and `todoproject.admin` replace its log of logins and its pages.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# axes.W002: the two views that log in answer lock-outs themselves, without its middleware. The others look for Django's
# middleware by name; ours are subclasses.
SILENCED_SYSTEM_CHECKS = ["axes.W002", "security.W001", "security.W002", "security.W003"]

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
# Pages link only to names with a hash.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
SPECTACULAR_SETTINGS = {
    "TITLE": TITLE,
    "DESCRIPTION": DESCRIPTION,
    "VERSION": "1",
    "OAS_VERSION": "3.0.3",  # in 3.1 an integer may be 1.0, which this service refuses
    "SERVERS": [{"url": "/", "description": "The service that this document comes from."}],
    "CONTACT": {"name": TITLE},
    "LICENSE": {"name": "MIT", "url": "https://opensource.org/license/mit"},
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # todoproject.api.openapi_hooks puts those of the resources before it.
    "TAGS": [{"name": "auth", "description": "Tokens for a password, and new tokens for an unused refresh token."}],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PREPROCESSING_HOOKS": ["todoproject.api.openapi_hooks.without_trailing_slashes"],
    # drf-spectacular's own hook gives choices a component, whose name depends on all other choices.
    "POSTPROCESSING_HOOKS": ["todoproject.api.openapi_hooks.finished"],
}

# ── Language and time ────────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en-gb"
USE_I18N = False
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "todoproject.admin.formats"
USE_TZ = True
