"""The base of every view whose answers are for its caller alone."""

from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from todoproject.api.renderer import to_json


class PrivateView(APIView):
    """Only the caller may cache answers, and must revalidate them; OPTIONS needs no token."""

    #: The headers of every answer of an address, by the view and its methods there.
    known: ClassVar[dict[tuple[Any, ...], dict[str, str]]] = {}

    @property
    def default_response_headers(self) -> dict[str, str]:
        address = (type(self), *getattr(self, "action_map", ()))
        if address not in self.known:
            allowed = ", ".join(self.allowed_methods)
            always = {"Cache-Control": "private, no-cache", "Vary": "Accept, Authorization, Origin"}
            self.known[address] = {"Allow": allowed, **always}
        return self.known[address].copy()  # DRF changes it

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the caller as DRF does, but not for OPTIONS."""
        if request.method != "OPTIONS":
            super().initial(request, *args, **kwargs)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002  the signature is DRF's
        """Return the methods of this address in ``Allow``."""
        return HttpResponse(status=204)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Complete the headers; an answer without a body has no media type either."""
        if type(response) is HttpResponse and "vary" not in (kept := response.headers._store):  # noqa: SLF001
            # As DRF does it, in one step; tests/project/test_headers.py looks at what this reaches into.
            kept.update({name.lower(): (name, value) for name, value in self.headers.items()})
        else:
            response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code in {204, 304}:
            del response["Content-Type"]
        return response


def caller_id(request: Request) -> int:
    """Return the id of the authenticated caller, from the token; no query has checked it."""
    user_id = request.user.pk
    assert user_id is not None, "IsAuthenticated lets nobody else in"  # noqa: S101  # nosec B101
    return user_id


def json_response(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """Return `value` as application/json."""
    return HttpResponse(to_json(value), status=status, content_type="application/json", headers=headers)
