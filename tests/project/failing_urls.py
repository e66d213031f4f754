"""Views that fail in different ways, mounted at / and below /admin/."""

from collections.abc import Callable
from typing import NoReturn

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, ProgrammingError, connection, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import include, path
from django.views.decorators.http import require_POST
from rest_framework.request import Request
from rest_framework.views import APIView

RAISED = {
    "broken": ValueError("an-internal-detail"),
    "forbidden": PermissionDenied(),
    "suspicious": SuspiciousOperation("an-internal-detail"),
    "client_left": UnreadablePostError(),
    "cannot_connect": OperationalError("connection to server at an-internal-detail failed"),
    "connection_closed": InterfaceError("connection already closed"),
    "wrong_statement": ProgrammingError("an-internal-detail"),
}


def raising(error: Exception) -> Callable[[HttpRequest], NoReturn]:
    def view(_request: HttpRequest) -> NoReturn:
        raise error

    return view


def slow_statement(_request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
        cursor.execute("SELECT pg_sleep(5)")
    return HttpResponse()


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


views = [path(name, raising(error)) for name, error in RAISED.items()]
views += [path(view.__name__, view) for view in (slow_statement, form, too_many)]
urlpatterns = [path("", include(views)), path("admin/", include(views)), path("api", Api.as_view())]
handler500 = "todoproject.http.errors.server_error"
