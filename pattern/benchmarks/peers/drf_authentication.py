"""An authentication class, as Django REST framework's guide teaches it; the token alone says who is asking.

https://www.django-rest-framework.org/api-guide/authentication/#custom-authentication. A module of its own, since views
import the setting that names it.
"""

from dataclasses import dataclass
from typing import Any

import jwt
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from pattern.benchmarks.peers.access_token import caller_of


@dataclass
class Caller:
    id: int
    is_authenticated: bool = True

    @property
    def pk(self) -> int:
        return self.id


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        try:
            return Caller(caller_of(token.decode())), None
        except (jwt.PyJWTError, ValueError):
            raise AuthenticationFailed from None
