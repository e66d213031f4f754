"""DRF as `drf` has it, with the service's features, by the packages and classes that its users take for them.

https://www.django-rest-framework.org/api-guide/pagination/#cursorpagination, …/api-guide/throttling/,
https://docs.djangoproject.com/en/5.2/topics/conditional-view-processing/, https://pypi.org/project/django-cors-headers/
"""

# mypy: disable-error-code="no-any-return, attr-defined"

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter

from pattern.benchmarks.peers.drf import TodoViewSet
from pattern.benchmarks.peers.features import HEADERS, Seen


class FeaturesMiddleware:
    """Counts, times and logs each request, and adds headers to its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen = Seen(request.method or "", request.path, request.META.get("HTTP_X_REQUEST_ID"))
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response[name] = value
        response["X-Request-ID"] = seen.id
        seen.end(request.resolver_match.route if request.resolver_match else "unrouted", response.status_code)
        return response


class NewestFirst(CursorPagination):
    """DRF's cursors, with their addresses in ``Link``."""

    ordering = ("-created_at", "-id")
    page_size_query_param, max_page_size = "limit", 200

    def get_paginated_response(self, data: Any) -> Response:
        links = [("next", self.get_next_link()), ("prev", self.get_previous_link())]
        return Response(
            data, headers={"Link": ", ".join(f'<{address}>; rel="{name}"' for name, address in links if address)}
        )


class FeaturedTodoViewSet(TodoViewSet):
    pagination_class = NewestFirst


router = DefaultRouter(trailing_slash=False)
router.register("todos", FeaturedTodoViewSet, basename="todo")
urlpatterns = [path("", include(router.urls))]
