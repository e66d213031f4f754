"""`/auth/token` gives tokens for a password, `/auth/token/refresh` for an unused refresh token."""

from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from todoproject.accounts import lockout
from todoproject.accounts.authentication import CHALLENGE
from todoproject.accounts.lockout import USERNAME_CHARACTERS
from todoproject.accounts.models import User
from todoproject.accounts.refresh import TokenPair, login_session_begin, login_session_continue
from todoproject.accounts.tokens import TokenError
from todoproject.api.fields import StrictCharField
from todoproject.api.openapi import problems
from todoproject.api.private import PrivateView, json_response
from todoproject.logs.context import user_id
from todoproject.throttling.rates import LoginThrottle

# Longer than any passphrase or token.
PASSWORD_CHARACTERS = 1024
TOKEN_CHARACTERS = 2048

PROBLEMS = (
    "bad-request",
    "validation-failed",
    "not-authenticated",
    "not-acceptable",
    "payload-too-large",
    "unsupported-media-type",
)
TOKEN = "eyJhbGciOiJIUzI1NiIsImtpZCI6IjIwMjYtMTEiLCJ0eXAiOiJKV1QifQ.e30.…"  # noqa: S105  shows the form only
PAIR = OpenApiExample("Tokens", value={"access": TOKEN, "refresh": TOKEN}, response_only=True)


class Credentials(serializers.Serializer[Any]):
    """Trims nothing: a space may belong to a password, and makes a username wrong."""

    username = StrictCharField(max_length=USERNAME_CHARACTERS, trim_whitespace=False)
    password = StrictCharField(
        max_length=PASSWORD_CHARACTERS, trim_whitespace=False, write_only=True, style={"input_type": "password"}
    )


class RefreshToken(serializers.Serializer[Any]):
    refresh = StrictCharField(
        max_length=TOKEN_CHARACTERS, trim_whitespace=False, help_text="The unused refresh token of the login session."
    )


class Tokens(serializers.Serializer[Any]):
    access = serializers.CharField(help_text="Sent as `Authorization: Bearer …`, for ten minutes.")
    refresh = serializers.CharField(help_text="Good for one use within seven days.")


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its registry is untyped
    target_class = "todoproject.accounts.authentication.TokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002  the signature is the base's
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


logged_in = extend_schema(
    operation_id="logIn",
    summary="Log in",
    tags=["auth"],
    auth=[],
    request=Credentials,
    examples=[
        OpenApiExample("Ada", value={"username": "ada", "password": "a long passphrase"}, request_only=True),
    ],
    responses={
        200: OpenApiResponse(Tokens, description="An access token and a refresh token.", examples=[PAIR]),
        **problems(*PROBLEMS, "too-many-requests"),
    },
)
refreshed = extend_schema(
    operation_id="refreshTokens",
    summary="Exchange a refresh token for new tokens",
    tags=["auth"],
    auth=[],
    request=RefreshToken,
    examples=[OpenApiExample("The last refresh token", value={"refresh": TOKEN}, request_only=True)],
    responses={
        200: OpenApiResponse(
            Tokens,
            description="The next pair; the token that was sent is used up, and gives the same again for ten seconds.",
            examples=[PAIR],
        ),
        **problems(*PROBLEMS),
    },
)


class TokenResource(PrivateView):
    """Is never cached (RFC 6749 §5.1), and ignores the Authorization header, whose token may have expired."""

    authentication_classes = ()
    permission_classes = ()

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    def get_authenticate_header(self, request: Request) -> str:  # noqa: ARG002  the signature is DRF's
        """Return the challenge that a 401 must carry (RFC 9110 §15.5.2)."""
        return CHALLENGE


class Login(TokenResource):
    """Gives the same answer, after the same hashing, for a wrong password, an unknown user and an inactive one.

    Answers 429 without checking the password after too many failures, whether the user exists or not, and while other
    passwords are being hashed.
    """

    throttle_classes = (LoginThrottle,)

    @logged_in
    def post(self, request: Request) -> HttpResponse:
        """Check username and password, and open a login session."""
        body = Credentials(data=request.data)
        body.is_valid(raise_exception=True)
        username = User.normalize_username(body.validated_data["username"])
        with lockout.attempt(request, username):
            user = authenticate(request, username=username, password=body.validated_data["password"])
        if seconds := lockout.seconds_left(request):
            raise Throttled(seconds, "Too many failed logins of this user from this address.")
        if not isinstance(user, User):
            raise AuthenticationFailed("Username or password is wrong.")
        lockout.forget_failures(request, username)
        user_id.set(user.pk)
        return tokens_response(login_session_begin(user))


class Refresh(TokenResource):
    """Is not throttled: a token with a wrong signature costs no query."""

    throttle_classes = ()

    @refreshed
    def post(self, request: Request) -> HttpResponse:
        """Exchange an unused refresh token for new tokens."""
        body = RefreshToken(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            pair = login_session_continue(body.validated_data["refresh"])
        except TokenError:
            raise AuthenticationFailed("The refresh token is not valid, or no longer: log in again.") from None
        return tokens_response(pair)


def tokens_response(pair: TokenPair) -> HttpResponse:
    return json_response({"access": pair.access, "refresh": pair.refresh})
