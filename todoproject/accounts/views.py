"""`/auth/token` gives tokens for a password, `/auth/token/refresh` for an unused refresh token."""

from django.contrib.auth import authenticate
from django.http import HttpResponse
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from todoproject.accounts import attempts, lockout, openapi
from todoproject.accounts.authentication import CHALLENGE
from todoproject.accounts.models import User
from todoproject.accounts.openapi import Credentials, RefreshToken
from todoproject.accounts.refresh import TokenPair, login_session_begin, login_session_continue
from todoproject.accounts.tokens import TokenError
from todoproject.api.private import PrivateView, json_response
from todoproject.logs.context import user_id
from todoproject.throttling.rates import LoginThrottle


class TokenResource(PrivateView):
    """Answers are kept by nobody (RFC 6749 §5.1), and an Authorization header, perhaps an expired one, is not read."""

    authentication_classes = ()
    permission_classes = ()

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    def get_authenticate_header(self, request: Request) -> str:  # noqa: ARG002  the signature is DRF's
        """Return the challenge that a 401 must carry (RFC 9110 §15.5.2)."""
        return CHALLENGE


class Login(TokenResource):
    """A wrong password, an unknown user and an inactive one get the same answer after the same hashing.

    Too many failures get 429, whether the user exists or not, and no password is looked at; so does an attempt while
    others hash theirs.
    """

    throttle_classes = (LoginThrottle,)

    @openapi.logged_in
    def post(self, request: Request) -> HttpResponse:
        """Check username and password, and open a login session."""
        body = Credentials(data=request.data)
        body.is_valid(raise_exception=True)
        username = User.normalize_username(body.validated_data["username"])
        with attempts.attempt(request, username):
            user = authenticate(request, username=username, password=body.validated_data["password"])
        if seconds := lockout.seconds_left(request):
            raise Throttled(seconds, "Too many failed logins of this user from this address.")
        if not isinstance(user, User):
            raise AuthenticationFailed("Username or password is wrong.")
        lockout.forget_failures(request, username)
        user_id.set(user.pk)
        return tokens_response(login_session_begin(user))


class Refresh(TokenResource):
    """Not throttled: what we did not sign is refused without a query."""

    throttle_classes = ()

    @openapi.refreshed
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
