"""Secrets in files that may change while the process runs.

Secrets Manager rotates a secret, the Secrets Store CSI driver or the kubelet replaces the file, and the next read sees
the new value without a restart. While a file is missing, empty or unreadable the last good value stays, because the
file may be just being replaced; only the start is strict.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from django.core.exceptions import ImproperlyConfigured
from django.dispatch import Signal

logger = logging.getLogger(__name__)

# A file is read at most this often. The kubelet refreshes mounted Secrets about once a minute, so five seconds more do
# not matter, and most requests cost only a look at the clock.
LOOK_SECONDS = 5.0

# A client's tokens with unknown keys cause at most one extra read in this time.
FORCED_LOOK_SECONDS = 1.0

PLACEHOLDERS = frozenset({"changeme", "change-me", "password", "placeholder", "secret", "xxx"})


# Takes a secret and its name; raises a `SecretError` that begins with the name.
Check = Callable[[str, str], object]

# The sender is the variable's name; `todoproject.metrics.secrets` listens.
look_failed = Signal()  # at each failed read
was_read = Signal()  # with `modified`, the file's modification time


class SecretError(ImproperlyConfigured):
    """A secret is missing, empty, a placeholder or unreadable; the message has variable and path, never content."""


class Secret(Protocol):
    """A text that may change: `value()` returns the current one, `version` grows by one at each change."""

    name: str

    @property
    def version(self) -> int: ...

    def value(self, *, fresh: bool = False) -> str: ...


class SecretText:
    """A secret in an environment variable, which never changes."""

    version = 0

    def __init__(self, variable: str, text: str, check: Check | None = None) -> None:
        self.name = variable
        self._text = checked(text, f"{variable} is set, but")
        if check:
            check(text, variable)

    def value(self, *, fresh: bool = False) -> str:  # noqa: ARG002  same call as SecretFile
        return self._text


class SecretFile:
    """A secret in a file, read at most once in five seconds, or at once with ``fresh=True``.

    The first read raises `SecretError`. A later one that fails, or does not pass `check`, keeps the last good value, is
    counted, and is logged once until the file is good again. One trailing newline is cut.
    """

    def __init__(self, variable: str, path: str, check: Check | None = None) -> None:
        self.variable = variable
        self.name = f"{variable}_FILE={path}"
        self.path = Path(path)
        self._check = check
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
            look_failed.send(self.variable)
            if not self._broken:
                logger.error("%s The last good value stays in use.", error)  # noqa: TRY400  the sentence says it all
            self._broken = True
            return
        if self._broken:
            logger.info("%s can be read again.", self.name)
        self._broken = False
        if text != self._text:
            self._text = text
            self.version += 1

    def _read(self) -> str:
        try:
            text = self.path.read_text(encoding="utf-8")
            modified = self.path.stat().st_mtime
        except FileNotFoundError:
            raise SecretError(f"{self.name}: there is no such file.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise SecretError(f"{self.name} cannot be read ({type(error).__name__}).") from None
        text = checked(text.removesuffix("\n"), f"{self.name} exists, but")
        if self._check:
            self._check(text, self.name)
        was_read.send(self.variable, modified=modified)
        return text


class ForcedLooks:
    """Allows a read of a secret before its time at most once in FORCED_LOOK_SECONDS."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = float("-inf")

    def may(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if now - self._last < FORCED_LOOK_SECONDS:
                return False
            self._last = now
            return True


def checked(text: str, subject: str) -> str:
    """Return `text` unless it is empty or a placeholder; then raise a `SecretError` that starts with `subject`."""
    if not text.strip():
        raise SecretError(f"{subject} is empty.")
    if text.strip().lower() in PLACEHOLDERS or text.startswith("django-insecure-"):
        raise SecretError(f"{subject} holds a placeholder, not a secret.")
    return text
