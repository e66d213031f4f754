"""Makes tokens that our own code would never issue: any header, any claims, signed or not."""

import hmac
import json
import time
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from django.conf import settings


def claims(**changes: object) -> dict[str, Any]:
    """Return the claims of a good access token, with changes; a change to None leaves the claim out."""
    now = int(time.time())
    good = {
        "iss": settings.JWT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "sub": "1",
        "iat": now,
        "exp": now + 60,
        "jti": str(uuid.uuid4()),
        "typ": "access",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def forged(payload: object, *, digest: str = "sha256", key: bytes | None = None, **header: object) -> str:
    """Return a token with this payload and our header, with changes; signed with our key unless `key` is given."""
    first = json.loads(settings.JWT_SIGNING_KEYS.value())[0]
    full = {"alg": "HS256", "typ": "JWT", "kid": first["kid"], **header}
    head = encoded({name: value for name, value in full.items() if value is not None})
    signed = f"{head}.{encoded(payload)}"
    ours = urlsafe_b64decode(first["key"] + "=" * (-len(first["key"]) % 4))
    signature = hmac.digest(ours if key is None else key, signed.encode(), digest)
    return f"{signed}.{base64url(signature)}"


def unsigned(token: str) -> str:
    """Return the token without its signature."""
    return token.rsplit(".", 1)[0] + "."


def payload_of(token: str) -> dict[str, Any]:
    """Return the payload of a token without verifying it."""
    return dict(json.loads(decoded(token.split(".")[1])))


def header_of(token: str) -> dict[str, Any]:
    return dict(json.loads(decoded(token.split(".", maxsplit=1)[0])))


def encoded(value: object) -> str:
    return base64url(json.dumps(value, separators=(",", ":")).encode())


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(segment: str) -> bytes:
    return urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
