"""Bearer authentication (RFC 6750). An access token alone says who the caller is, without a query."""

from dataclasses import dataclass
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from todoproject.accounts.tokens import TokenError, read_access
from todoproject.logs.context import user_id

CHALLENGE = 'Bearer realm="api"'


@dataclass(frozen=True, slots=True)
class TokenUser:
    """The caller that a token names; the statement of a write checks that they still exist."""

    id: int
    is_authenticated: bool = True
    is_anonymous: bool = False
    is_active: bool = True

    @property
    def pk(self) -> int:
        return self.id


class TokenAuthentication(BaseAuthentication):
    """Takes ``Authorization: Bearer <access token>``; a request without that scheme is anonymous."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the caller; raise `AuthenticationFailed` if the token after ``Bearer`` is not valid."""
        scheme, token = _credentials(request)
        if scheme != "bearer":
            return None
        try:
            user = TokenUser(read_access(token))
        except TokenError:
            raise AuthenticationFailed("The access token is not valid, or no longer.") from None
        user_id.set(user.id)
        return user, None

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge, with an error only if the caller sent a token (RFC 6750 §3.1)."""
        scheme, _ = _credentials(request)
        return f'{CHALLENGE}, error="invalid_token"' if scheme == "bearer" else CHALLENGE


def _credentials(request: Request) -> tuple[str, str]:
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return scheme.lower(), token.strip()
