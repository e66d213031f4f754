"""Secrets as files that may change while the process runs.

Secrets Manager rotates, the Secrets Store CSI driver or the kubelet swaps the file, and the next reader sees the new
value: no restart. The last good value stays while a file is missing, empty or unreadable, because a running service
must not fall over a secret that is being replaced; only the *start* is strict.
"""

import logging
import threading
import time
from pathlib import Path
from typing import Protocol

from django.core.exceptions import ImproperlyConfigured

logger = logging.getLogger(__name__)

# How often a file is looked at. The kubelet refreshes mounted Secrets about once a minute, so five seconds add
# nothing a rotation would notice and keep the cost off the hot path (one clock reading a call).
LOOK_SECONDS = 5.0

PLACEHOLDERS = frozenset({"changeme", "change-me", "password", "placeholder", "secret", "xxx"})


class SecretError(ImproperlyConfigured):
    """A secret is missing, empty, a placeholder or unreadable; the sentence names variable and path, never content."""


class Secret(Protocol):
    """A text that may change: ``value()`` is today's, ``version`` grows by one at each change seen."""

    @property
    def version(self) -> int: ...

    def value(self, *, fresh: bool = False) -> str: ...


class SecretText:
    """A secret given as text in the environment: it never changes."""

    version = 0

    def __init__(self, variable: str, text: str) -> None:
        self._text = checked(text, f"{variable} is set, but")

    def value(self, *, fresh: bool = False) -> str:  # noqa: ARG002  same call as SecretFile
        return self._text


class SecretFile:
    """A secret in a file, looked at no more than once in five seconds, or at once with ``fresh=True``.

    The first read raises `SecretError`; a later one that fails keeps the last good value and logs one error until
    the file is good again. One trailing newline is cut.
    """

    def __init__(self, variable: str, path: str) -> None:
        self.variable = variable
        self.path = Path(path)
        self.version = 0
        self._lock = threading.Lock()
        self._text = self._read()
        self._looked_at = time.monotonic()
        self._broken = False

    def value(self, *, fresh: bool = False) -> str:
        if fresh or time.monotonic() - self._looked_at >= LOOK_SECONDS:
            with self._lock:
                self._look()
        return self._text

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        try:
            text = self._read()
        except SecretError as error:
            if not self._broken:
                logger.error("%s The last good value stays in use.", error)  # noqa: TRY400  the sentence says it all
            self._broken = True
            return
        if self._broken:
            logger.info("%s_FILE=%s can be read again.", self.variable, self.path)
        self._broken = False
        if text != self._text:
            self._text = text
            self.version += 1

    def _read(self) -> str:
        name = f"{self.variable}_FILE={self.path}"
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise SecretError(f"{name}: there is no such file.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise SecretError(f"{name} cannot be read ({type(error).__name__}).") from None
        return checked(text.removesuffix("\n"), f"{name} exists, but")


def checked(text: str, subject: str) -> str:
    """Return `text` unless it is empty or a placeholder; then raise a `SecretError` that starts with `subject`."""
    if not text.strip():
        raise SecretError(f"{subject} is empty.")
    if text.strip().lower() in PLACEHOLDERS or text.startswith("django-insecure-"):
        raise SecretError(f"{subject} holds a placeholder, not a secret.")
    return text
