"""What the token operations and the tokens themselves promise, for the OpenAPI document."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema

from todoproject.accounts.serializers import Credentials, RefreshToken, Tokens
from todoproject.api.openapi import problems, response_header

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
        200: OpenApiResponse(Tokens, description="The next pair; the token that was sent is used up.", examples=[PAIR]),
        **problems(*PROBLEMS),
    },
)
