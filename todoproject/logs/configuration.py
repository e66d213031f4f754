"""The logging configuration of Django and gunicorn: JSON lines on stdout; the audit trail also to CloudWatch.

https://docs.djangoproject.com/en/5.2/topics/logging/
"""

import logging
from typing import Any

from todoproject.secrets.environment import env, log_group

# No line shows these, and each record costs time: https://docs.python.org/3/howto/logging.html#optimization
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
logging._srcfile = None  # noqa: SLF001  the page names it

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
        # Django's own handlers are removed: all records go to the root's.
        "django": {"level": "INFO", "handlers": [], "propagate": True},
        "django.server": {"level": "INFO", "handlers": [], "propagate": True},
        # The access line has 4xx already. Each 5xx has one line with a traceback.
        "django.request": {"level": "ERROR"},
        # Scanners cause these all day: the access line with its 400 is enough.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
        # The root's handler writes the trail to stdout too, also while CloudWatch is away.
        "audit": {"level": "INFO", "handlers": ["cloudwatch"] if AUDIT_LOG_GROUP else []},
        # It logs in each worker where it found credentials.
        "botocore": {"level": "WARNING"},
        # Failed logins are in access lines (401, 429), lock-outs in the audit trail.
        "axes": {"level": "ERROR"},
        "gunicorn.error": {"level": "INFO", "handlers": ["stdout"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}
