"""The bodies of the token operations, and what the OpenAPI document says about them."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers

from todoproject.api.fields import StrictCharField
from todoproject.api.openapi import problems, response_header

# Django's own limit of a username, and longer than any passphrase or token.
USERNAME_CHARACTERS = 150
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
CHALLENGE = response_header("WWW-Authenticate", "The challenge, RFC 6750.", status=401)
RETRY_AFTER = response_header("Retry-After", "Seconds until the next attempt is worth it.", status=429)


class Credentials(serializers.Serializer[Any]):
    """Nothing is trimmed: a space may belong to a password, and never belongs to a username."""

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
    parameters=[CHALLENGE, RETRY_AFTER],
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
    parameters=[CHALLENGE],
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
