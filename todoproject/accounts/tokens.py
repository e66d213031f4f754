"""Signs and reads JSON Web Tokens (RFC 7519, RFC 8725).

An access token is valid until it expires, without a query. Each process remembers the tokens that it has verified.
``exp`` is compared without leeway. ``iat`` must exist but is not compared, so that a token from a pod whose clock runs
ahead is valid everywhere at once.
"""

import time
import uuid
from hashlib import sha256
from typing import Any, NamedTuple

import jwt
from django.conf import settings
from jwt.types import Options

from todoproject.secrets.key_ring import ALGORITHM, key_ring

ACCESS, REFRESH = "access", "refresh"
REQUIRED_CLAIMS = ("iss", "aud", "sub", "iat", "exp", "jti", "typ")
OPTIONS: Options = {"require": list(REQUIRED_CLAIMS), "strict_aud": True, "verify_iat": False}
MAX_USER_ID = 2**63 - 1
# About 1 MB of verified tokens. Beyond it all are forgotten, and each client costs one verification.
MAX_VERIFIED = 4096


class TokenError(Exception):
    """The text is not a valid token. The reason is for logs and tests; a client does not see it."""


class RefreshClaims(NamedTuple):
    """The claims of a refresh token: its user, its login session (family), and its id in it."""

    user_id: int
    family_id: uuid.UUID
    jti: uuid.UUID


class Verified(NamedTuple):
    """The user of a token, its end (seconds since 1970), and the keys that verified it."""

    user_id: int
    expires: int
    keys: Any


# By hash, so that a dump of memory shows no tokens. Only valid tokens get in.
_known: dict[bytes, Verified] = {}


def issue_access(user_id: int) -> str:
    """Return an access token for ACCESS_TOKEN_SECONDS, without looking whether the user exists."""
    return _signed(ACCESS, user_id, uuid.uuid4(), settings.ACCESS_TOKEN_SECONDS)


def issue_refresh(claims: RefreshClaims) -> str:
    """Return the refresh token with these claims, for REFRESH_TOKEN_SECONDS."""
    return _signed(REFRESH, claims.user_id, claims.jti, settings.REFRESH_TOKEN_SECONDS, fam=str(claims.family_id))


def read_access(token: str) -> int:
    """Return the user's id; raise `TokenError` unless this is a valid access token.

    A token that was verified before is valid until it expires or the keys change.
    """
    if (user_id := remembered(token)) is None:
        keys = key_ring().keys()  # before the verification: a key that is removed meanwhile removes the token too
        claims = _verified(token, ACCESS)
        user_id = _user_id(claims)
        remember(token, Verified(user_id, claims["exp"], keys))
    return user_id


def remembered(token: str) -> int | None:
    """Return the user's id if the token was verified with the current keys and has not expired."""
    known = _known.get(_digest(token))
    if known is None or known.expires <= time.time() or known.keys is not key_ring().keys():
        return None
    return known.user_id


def remember(token: str, verified: Verified) -> None:
    if len(_known) >= MAX_VERIFIED:
        _known.clear()
    _known[_digest(token)] = verified


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()


def read_refresh(token: str) -> RefreshClaims:
    """Return the claims; raise `TokenError` unless this is a valid refresh token."""
    claims = _verified(token, REFRESH)
    try:
        return RefreshClaims(_user_id(claims), uuid.UUID(claims["fam"]), uuid.UUID(claims["jti"]))
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise TokenError("fam or jti is no UUID") from error


def _signed(kind: str, user_id: int, jti: uuid.UUID, seconds: int, **more: str) -> str:
    kid, key = key_ring().signing_key()
    now = int(time.time())
    claims = {
        "iss": settings.JWT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "sub": str(user_id),
        "iat": now,
        "exp": now + seconds,
        "jti": str(jti),
        "typ": kind,
        **more,
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": kid})


def _verified(token: str, kind: str) -> dict[str, Any]:
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = key_ring().verifying_key(kid) if kid else None
        if key is None:
            raise TokenError("no key by this kid")
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            issuer=settings.JWT_ISSUER,
            audience=settings.JWT_AUDIENCE,
            options=OPTIONS,
        )
    except (jwt.PyJWTError, ValueError) as error:  # ValueError: a lone surrogate, which has no UTF-8
        raise TokenError(str(error)) from error
    if claims["typ"] != kind:
        raise TokenError(f"not a token of type {kind}")
    return claims


def _user_id(claims: dict[str, Any]) -> int:
    subject = claims["sub"]
    if not (subject.isascii() and subject.isdecimal() and len(subject) <= 19 and 0 < int(subject) <= MAX_USER_ID):
        raise TokenError("sub is no user id")
    return int(subject)
