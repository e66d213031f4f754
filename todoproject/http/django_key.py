"""Lets a rotated Django key count for the request that comes next."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from todoproject.secrets import django_key


class DjangoKeyMiddleware:
    """Brings the settings up to date, before anything that signs or verifies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        django_key.refresh()
        return self.get_response(request)
