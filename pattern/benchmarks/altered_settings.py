"""The service with one thing changed, which ALTERATION names: what a thing is worth is what its lack costs.

Here, and not as a switch in the service, because nobody should run it so. This module is the settings; what only exists
once Django has started is changed by the application that it adds.
"""

import os
from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
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


def _admin_middleware_for_all(settings: Settings) -> None:
    """sessions, logins and messages on the API's way too"""
    middleware = settings["MIDDLEWARE"]
    for name, djangos in {
        "AdminSessionMiddleware": "django.contrib.sessions.middleware.SessionMiddleware",
        "AdminAuthenticationMiddleware": "django.contrib.auth.middleware.AuthenticationMiddleware",
        "AdminMessageMiddleware": "django.contrib.messages.middleware.MessageMiddleware",
    }.items():
        middleware[middleware.index(f"todoproject.http.django_middleware.{name}")] = djangos


def _tokens_verified_each_time() -> None:
    """a token's signature is computed for every request"""
    from todoproject.accounts import tokens  # noqa: PLC0415

    tokens.remembered = lambda _token: None  # type: ignore[assignment]


def _statements_made_each_time() -> None:
    """Django writes the SQL for every request"""
    from todoproject.api.listing import Listing, Page  # noqa: PLC0415

    page = Listing.page

    def page_of_a_new_statement(listing: Listing, *arguments: Any, **more: Any) -> Page:
        listing._statement = listing._made  # type: ignore[assignment]  # noqa: SLF001
        return page(listing, *arguments, **more)

    Listing.page = page_of_a_new_statement  # type: ignore[assignment,method-assign]


#: A name, which also names the contender, and what it does; its docstring stands in the table.
ALTERATIONS: dict[str, Callable[[Settings], None]] = {
    "no metrics": _no_metrics,
    "no access log": _no_access_log,
    "no audit trail": _no_audit_trail,
    "a connection a request": _connections_not_kept,
    "admin's middleware for all": _admin_middleware_for_all,
}
AFTER_START: dict[str, Callable[[], None]] = {
    "tokens verified each time": _tokens_verified_each_time,
    "statements made each time": _statements_made_each_time,
}


class AlteredConfig(AppConfig):
    """Does what AFTER_START has by the name in ALTERATION, when all models are there."""

    name = "pattern.benchmarks"

    def ready(self) -> None:
        AFTER_START[os.environ["ALTERATION"]]()


if "ALTERATION" in os.environ:
    from todoproject.settings import *  # noqa: F403
    from todoproject.settings import INSTALLED_APPS

    if os.environ["ALTERATION"] in AFTER_START:
        INSTALLED_APPS.append("pattern.benchmarks.altered_settings.AlteredConfig")
    else:
        ALTERATIONS[os.environ["ALTERATION"]](globals())
