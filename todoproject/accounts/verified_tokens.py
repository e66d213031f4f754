"""Access tokens that this process has verified, so that a client's next requests cost a look-up and no cryptography.

Only what was valid gets in, so nobody without a token can fill it. It holds hashes: a dump of memory shows no token
that is not just being used.
"""

import time
from hashlib import sha256
from typing import Any, NamedTuple

from todoproject.secrets.key_ring import key_ring

# About 1 MB. Beyond it everything is forgotten, which costs each client one verification.
MAX_TOKENS = 4096


class Verified(NamedTuple):
    """Whose a token is, until when (seconds since 1970), and the ring that it was verified with."""

    user_id: int
    expires: int
    keys: Any


_verified: dict[bytes, Verified] = {}


def user_id(token: str) -> int | None:
    """Return whose token this is if it was verified with the keys of now and has not expired since."""
    known = _verified.get(_digest(token))
    if known is None or known.expires <= time.time() or known.keys is not key_ring().keys():
        return None
    return known.user_id


def remember(token: str, verified: Verified) -> None:
    """Keep what is known of `token`."""
    if len(_verified) >= MAX_TOKENS:
        _verified.clear()
    _verified[_digest(token)] = verified


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()
