"""The keys that sign and verify tokens: the first signs, all verify, and a token names its key by ``kid``.

Rotate keys by editing the file of JWT_SIGNING_KEYS, without a restart and without logging anybody out: append the new
key, wait until all processes have it, move it to the front, and remove the old key when its last refresh token has
expired.
"""

import base64
import binascii
import json
import logging
import re
import threading
from functools import lru_cache
from typing import Any

from django.conf import settings
from jwt import PyJWK, PyJWTError

from todoproject.secrets.files import ForcedLooks, Secret, SecretError

logger = logging.getLogger(__name__)

ALGORITHM = "HS256"

BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")

# RFC 7518 §3.2: a key of at least the size of the hash.
MIN_KEY_BYTES = 32
# 32 random bytes have some thirty different ones, a text in hexadecimal up to sixteen.
MIN_DIFFERENT_BYTES = 8


class KeyRing:
    """The ring in `secret`, parsed again when the secret changes.

    The constructor raises `SecretError` if the ring cannot be used. Later a secret with `check=parsed` keeps its last
    good value.
    """

    def __init__(self, secret: Secret) -> None:
        self._secret = secret
        self._lock = threading.Lock()
        self._text = secret.value()
        self._keys = parsed(self._text, secret.name)
        self._forced_looks = ForcedLooks()

    def signing_key(self) -> tuple[str, PyJWK]:
        """Return the first key, which signs, with its kid."""
        return next(iter(self.keys().items()))

    def verifying_key(self, kid: str) -> PyJWK | None:
        """Return the key with this kid, or None; read the file for an unknown one, which may be new."""
        key = self.keys().get(kid)
        if key is None and self._forced_looks.may():
            key = self.keys(fresh=True).get(kid)
        return key

    def keys(self, *, fresh: bool = False) -> dict[str, PyJWK]:
        """Return all keys by kid; after a change of the secret this is another dictionary."""
        if self._secret.value(fresh=fresh) != self._text:
            with self._lock:
                self._read_again()
        return self._keys

    def _read_again(self) -> None:
        text = self._secret.value()
        if text != self._text:
            self._keys = parsed(text, self._secret.name)
            self._text = text
            logger.info("%s has changed: %d keys, the first signs.", self._secret.name, len(self._keys))


def key_ring() -> KeyRing:
    """Return the ring of this process."""
    return _ring_in(settings.JWT_SIGNING_KEYS)  # type: ignore[arg-type]  # every object is Hashable


@lru_cache(maxsize=1)
def _ring_in(secret: Secret) -> KeyRing:
    return KeyRing(secret)


def parsed(text: str, name: str) -> dict[str, PyJWK]:
    """Return the keys by kid, in order; raise `SecretError` that starts with `name` and quotes nothing of `text`."""
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        raise SecretError(f"{name} is not JSON.") from None
    if not isinstance(entries, list) or not entries:
        raise SecretError(f'{name} must hold a JSON array of one or more {{"kid", "key"}} objects.')
    keys: dict[str, PyJWK] = {}
    for number, entry in enumerate(entries, start=1):
        kid, key = _key(entry, f"{name}, entry {number}")
        if kid in keys:
            raise SecretError(f"{name}, entry {number}: an earlier entry has the same kid.")
        keys[kid] = key
    return keys


def _key(entry: Any, place: str) -> tuple[str, PyJWK]:
    match entry:
        case {"kid": str(kid), "key": str(encoded)} if kid:
            pass
        case _:
            raise SecretError(f'{place} must be an object with "kid" and "key", both texts.')
    try:
        raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)) if BASE64URL.fullmatch(encoded) else None
    except binascii.Error:
        raw = None
    if raw is None:
        raise SecretError(f"{place}: the key is not base64url.")
    if len(raw) < MIN_KEY_BYTES:
        raise SecretError(f"{place}: the key has {len(raw)} bytes, fewer than {MIN_KEY_BYTES}.")
    if len(set(raw)) < MIN_DIFFERENT_BYTES:
        raise SecretError(f"{place}: the key repeats a few bytes; make one of random bytes.")
    # A PyJWK is tied to its algorithm, whatever a token's header asks for.
    jwk = PyJWK.from_dict({"kty": "oct", "k": encoded.rstrip("=")}, ALGORITHM)
    try:
        jwk.Algorithm.prepare_key(jwk.key)
    except PyJWTError:  # PyJWT refuses PEM files, SSH keys and JWKs as keys of HMAC
        raise SecretError(f"{place}: the key is not random bytes but a key file of another kind.") from None
    return kid, jwk
