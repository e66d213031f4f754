"""One logging configuration for Django and gunicorn: JSON lines on stdout, nothing anywhere else.

https://docs.djangoproject.com/en/5.2/topics/logging/
"""

from typing import Any

from todoproject.environment import env

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "todoproject.logs.formatter.JsonFormatter", "colour": env.str("COLOUR", default="")}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "root": {"level": "INFO", "handlers": ["stdout"]},
    "loggers": {
        # Django brings handlers of its own: everything goes to the root's instead.
        "django": {"level": "INFO", "handlers": [], "propagate": True},
        "django.server": {"level": "INFO", "handlers": [], "propagate": True},
        # The access line says 4xx already; what is left is one line with a traceback for each 5xx.
        "django.request": {"level": "ERROR"},
        # Anybody can send a wrong Host, and scanners do all day: the access line with its 400 is enough.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "gunicorn.error": {"level": "INFO", "handlers": ["stdout"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}
