"""The caller of a request: PyJWT, HS256, with the claims that the service checks too.

https://pyjwt.readthedocs.io/en/stable/usage.html
"""

import base64
import os

import jwt

KEY = base64.urlsafe_b64decode(os.environ["JWT_KEY"])


def caller_of(token: str) -> int:
    """Return the user's id; raise `jwt.PyJWTError` unless this is a valid access token."""
    claims = jwt.decode(
        token,
        KEY,
        algorithms=["HS256"],
        audience="todo-service",
        issuer="todo-service",
        options={"require": ["exp", "iat", "sub"]},
    )
    return int(claims["sub"])
