"""Views that fail in different ways, mounted at / and below /admin/."""

from typing import NoReturn

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, ProgrammingError, connection, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import include, path
from django.views.decorators.http import require_POST
from rest_framework.request import Request
from rest_framework.views import APIView


def broken(_request: HttpRequest) -> NoReturn:
    raise ValueError("an-internal-detail")


def forbidden(_request: HttpRequest) -> NoReturn:
    raise PermissionDenied


def suspicious(_request: HttpRequest) -> NoReturn:
    raise SuspiciousOperation("an-internal-detail")


def client_left(_request: HttpRequest) -> NoReturn:
    raise UnreadablePostError


def cannot_connect(_request: HttpRequest) -> NoReturn:
    raise OperationalError("connection to server at an-internal-detail failed")


def connection_closed(_request: HttpRequest) -> NoReturn:
    raise InterfaceError("connection already closed")


def slow_statement(_request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
        cursor.execute("SELECT pg_sleep(5)")
    return HttpResponse()


def wrong_statement(_request: HttpRequest) -> NoReturn:
    raise ProgrammingError("an-internal-detail")


@require_POST
def form(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


def too_many(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("slow down", status=429, headers={"Retry-After": "7", "ETag": '"1"'})


class Api(APIView):
    """A view of the API that fails."""

    permission_classes = ()

    def get(self, _request: Request) -> NoReturn:
        raise ValueError("an-internal-detail")


views = [
    path(view.__name__, view)
    for view in (
        broken,
        forbidden,
        suspicious,
        client_left,
        cannot_connect,
        connection_closed,
        slow_statement,
        wrong_statement,
        form,
        too_many,
    )
]
urlpatterns = [path("", include(views)), path("admin/", include(views)), path("api", Api.as_view())]
handler500 = "todoproject.http.errors.server_error"
