"""One logging configuration for Django and gunicorn: JSON lines on stdout, the audit trail to CloudWatch too.

https://docs.djangoproject.com/en/5.2/topics/logging/
"""

import logging
from typing import Any

from todoproject.secrets.environment import env, log_group

# Nobody reads these, and each record would pay for them: https://docs.python.org/3/howto/logging.html#optimization
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
logging._srcfile = None  # noqa: SLF001  named there

AUDIT_LOG_GROUP = log_group("AUDIT_LOG_GROUP")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "todoproject.logs.formatter.JsonFormatter", "colour": env.str("COLOUR", default="")}},
    "handlers": {
        "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"},
        **(
            {
                "cloudwatch": {
                    "()": "todoproject.audit.shipping.AuditHandler",
                    "log_group": AUDIT_LOG_GROUP,
                    "formatter": "json",
                }
            }
            if AUDIT_LOG_GROUP
            else {}
        ),
    },
    "root": {"level": "INFO", "handlers": ["stdout"]},
    "loggers": {
        # Django brings handlers of its own: everything goes to the root's instead.
        "django": {"level": "INFO", "handlers": [], "propagate": True},
        "django.server": {"level": "INFO", "handlers": [], "propagate": True},
        # The access line says 4xx already; what is left is one line with a traceback for each 5xx.
        "django.request": {"level": "ERROR"},
        # Anybody can send these, and scanners do all day: the access line with its 400 is enough.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
        # To stdout as well, by the root's handler, whether CloudWatch can be reached or not.
        "audit": {"level": "INFO", "handlers": ["cloudwatch"] if AUDIT_LOG_GROUP else []},
        # Says in each worker where it found its credentials.
        "botocore": {"level": "WARNING"},
        # Each failed login is a 401 or 429 in the access line, a lock-out a line of the audit trail.
        "axes": {"level": "ERROR"},
        "gunicorn.error": {"level": "INFO", "handlers": ["stdout"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}
