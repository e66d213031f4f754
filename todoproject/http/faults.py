"""Faults on demand, for rehearsals and for the tests of releases. FAULTS names them; by default there are none.

- errors: every view answers 500.
- resource: every view of a resource answers 500; /schema, /docs, /admin and tokens work.
- latency: every view answers a second later.
- unready: /readyz stays red.
- crash: gunicorn ends at its start.

Without FAULTS no middleware is installed.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from todoproject.http.problems import problem_response

KNOWN: tuple[str, ...] = ("errors", "resource", "latency", "unready", "crash")

LATENCY_SECONDS = 1.0
LIBRARIES = ("todoproject", "django", "drf_spectacular")

Answer = Callable[[HttpRequest], HttpResponse]


def installed(middleware: Sequence[str], faults: Sequence[str]) -> list[str]:
    """Return `middleware`, with ours last if a fault needs it: logs and metrics see what users see."""
    chosen = list(middleware)
    if {"errors", "resource", "latency"} & set(faults):
        chosen.append(f"{__name__}.ViewFaultsMiddleware")
    return chosen


def crash_if_asked(faults: Sequence[str]) -> None:
    """End this process with exit code 3 if FAULTS has crash. Only gunicorn's start calls it, so migrations work."""
    if "crash" in faults:
        sys.stderr.write("FAULTS=crash: this process ends, as asked.\n")
        sys.stderr.flush()
        os._exit(3)


class ViewFaultsMiddleware:
    """Answers in place of a view after routing, so that logs and metrics name the route."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_arguments: Any) -> HttpResponse | None:
        """Wait, or answer; https://docs.djangoproject.com/en/5.2/topics/http/middleware/#process-view"""
        if "latency" in settings.FAULTS:
            time.sleep(LATENCY_SECONDS)
        if "errors" in settings.FAULTS:
            return problem_response(request, "internal-error", "This error was asked for: FAULTS=errors.")
        # A resource is a package beside this one; every other view is part of the project or of a library.
        if "resource" in settings.FAULTS and view.__module__.partition(".")[0] not in LIBRARIES:
            return problem_response(request, "internal-error", "This error was asked for: FAULTS=resource.")
        return None
