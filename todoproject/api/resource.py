"""The base of every resource that belongs to its caller."""

from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from todoproject.api.renderer import to_json


class PrivateResource(APIView):
    """Answers may be kept by the caller alone, and only after asking again; OPTIONS needs no token."""

    own_headers: ClassVar[dict[str, str]]

    @property
    def default_response_headers(self) -> dict[str, str]:
        if "own_headers" not in vars(type(self)):  # by the first request, which knows its methods
            type(self).own_headers = {
                "Allow": ", ".join(self.allowed_methods),
                "Cache-Control": "private, no-cache",
                "Vary": "Accept, Authorization, Origin",
            }
        return self.own_headers.copy()  # DRF changes it

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the caller as DRF does, unless the question is only what this address knows."""
        if request.method != "OPTIONS":
            super().initial(request, *args, **kwargs)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002  the signature is DRF's
        """Say in ``Allow`` what this address knows."""
        return HttpResponse(status=204)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Complete the headers; an answer without a body has no media type either."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code in {204, 304}:
            del response["Content-Type"]
        return response


def caller_id(request: Request) -> int:
    """Return the id of the authenticated caller, which the token says and no query has checked."""
    user_id = request.user.pk
    assert user_id is not None, "IsAuthenticated lets nobody else in"  # noqa: S101  # nosec B101
    return user_id


def json_response(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """Return `value` as application/json."""
    return HttpResponse(to_json(value), status=status, content_type="application/json", headers=headers)


class Resource(PrivateResource):
    """A resource by declaration: model and serializer, scope, filters and orderings give all operations."""

    serializer: Any
    scope: Any
    filters: ClassVar[dict[str, Any]] = {}
    orderings: tuple[str, ...] = ("created_at",)
    name = ""


def resource_urls(name: str, resource: type[Resource]) -> list[Any]:
    """Return the addresses of a resource: the collection `/name`, and one of it by its id; registers the resource."""
    raise NotImplementedError


def nested_urls(path: str, resource: type[Resource]) -> list[Any]:
    """Return the address of the list below a parent, for example ``customers/{customer}/work-orders``."""
    raise NotImplementedError
