"""The service's settings with one thing changed, which ALTERATION names: what a thing is worth is what its lack costs.

Here, and not as a switch in the service, because nobody should run it so.
"""

import os
from collections.abc import Callable
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

Settings = dict[str, Any]


def _no_metrics(settings: Settings) -> None:
    """no middleware, and nothing that prometheus_client counts is kept"""
    settings["MIDDLEWARE"].remove("todoproject.metrics.middleware.MetricsMiddleware")
    for method in ("inc", "dec", "observe"):
        for metric in (Counter, Gauge, Histogram):
            if hasattr(metric, method):
                setattr(metric, method, lambda *_args, **_more: None)


def _no_access_log(settings: Settings) -> None:
    """no line a request"""
    settings["LOGGING"]["loggers"]["access"] = {"level": "CRITICAL"}


def _no_audit_trail(settings: Settings) -> None:
    """no line a change"""
    settings["LOGGING"]["loggers"]["audit"] = {"level": "CRITICAL"}


def _connections_not_kept(settings: Settings) -> None:
    """`CONN_MAX_AGE` 0"""
    settings["DATABASES"]["default"]["CONN_MAX_AGE"] = 0


#: A name, which also names the contender, and what it does to the settings; its docstring stands in the table.
ALTERATIONS: dict[str, Callable[[Settings], None]] = {
    "no metrics": _no_metrics,
    "no access log": _no_access_log,
    "no audit trail": _no_audit_trail,
    "a connection a request": _connections_not_kept,
}

if "ALTERATION" in os.environ:
    from todoproject.settings import *  # noqa: F403

    ALTERATIONS[os.environ["ALTERATION"]](globals())
