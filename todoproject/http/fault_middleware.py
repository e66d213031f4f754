"""What goes wrong when FAULTS asks for it (todoproject/http/faults.py)."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from todoproject.http.problems import problem_response

LATENCY_SECONDS = 1.0

Answer = Callable[[HttpRequest], HttpResponse]


class ViewFaultsMiddleware:
    """Stands in for views, once it is known which one was asked for: logs and metrics name the route."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Wait, or answer, or both; https://docs.djangoproject.com/en/5.2/topics/http/middleware/#process-view"""
        if "latency" in settings.FAULTS:
            time.sleep(LATENCY_SECONDS)
        if "errors" in settings.FAULTS:
            return problem_response(request, "internal-error", "This error was asked for: FAULTS=errors.")
        return None


class UnreadyMiddleware:
    """Keeps /readyz red and leaves everything else alone."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.removesuffix("/") == "/readyz":
            return problem_response(request, "unavailable", "Red, as asked: FAULTS=unready.")
        return self.get_response(request)
