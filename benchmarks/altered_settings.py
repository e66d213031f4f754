"""The service's settings with one thing changed, which ALTERATION names: what a thing is worth is what its lack costs.

Here, and not as a switch in the service, because nobody should run it so.
"""

import os
from collections.abc import Callable
from typing import Any

Settings = dict[str, Any]


def _no_metrics(settings: Settings) -> None:
    settings["MIDDLEWARE"].remove("todoproject.metrics.middleware.MetricsMiddleware")


def _no_access_log(settings: Settings) -> None:
    settings["LOGGING"]["loggers"]["access"] = {"level": "CRITICAL"}


def _no_audit_trail(settings: Settings) -> None:
    settings["LOGGING"]["loggers"]["audit"] = {"level": "CRITICAL"}


def _connections_not_kept(settings: Settings) -> None:
    settings["DATABASES"]["default"]["CONN_MAX_AGE"] = 0


def _connections_asked(settings: Settings) -> None:
    settings["DATABASES"]["default"]["ENGINE"] = "django.db.backends.postgresql"


ALTERATIONS: dict[str, Callable[[Settings], None]] = {
    "no metrics": _no_metrics,
    "no access log": _no_access_log,
    "no audit trail": _no_audit_trail,
    "a connection a request": _connections_not_kept,
}

if "ALTERATION" in os.environ:
    from todoproject.settings import *  # noqa: F403

    ALTERATIONS[os.environ["ALTERATION"]](globals())
