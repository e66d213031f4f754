"""Keeps settings.SECRET_KEY and SECRET_KEY_FALLBACKS up to date with their secrets; Django reads both at each use.

Rotate in steps that change one file each, so that each process can verify all signatures at any time: append the new
key to the fallbacks; when all processes have it, make it the key; when the last session of the old key has expired,
remove the old key from the fallbacks.
"""

import json
import logging
import threading
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from todoproject.secrets.files import ForcedLooks, SecretError, checked

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_taken = {"versions": (0, 0)}
_forced_looks = ForcedLooks()


# As Django's check W009, which only `manage.py check --deploy` runs. A half-written key is shorter.
MIN_CHARACTERS, MIN_DIFFERENT = 50, 5


def strong(text: str, name: str) -> str:
    """Return `text`; raise `SecretError` that starts with `name` for a key that can be guessed."""
    if len(text) < MIN_CHARACTERS:
        raise SecretError(f"{name}: the key has {len(text)} characters, fewer than {MIN_CHARACTERS}.")
    if len(set(text)) < MIN_DIFFERENT:
        raise SecretError(f"{name}: the key repeats a few characters; make one of random bytes.")
    return text


def key_list(text: str, name: str) -> list[str]:
    """Return the keys of a JSON array; raise `SecretError` that starts with `name` and quotes nothing of `text`."""
    try:
        keys = json.loads(text)
    except (ValueError, RecursionError):
        keys = None
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise SecretError(f'{name} must hold a JSON array of texts, for example [] or ["the former key"].')
    places = [f"{name}, entry {number}" for number in range(1, len(keys) + 1)]
    return [strong(checked(key, place), place) for key, place in zip(keys, places, strict=True)]


def refresh(*, fresh: bool = False) -> None:
    """Update the settings; the secrets are read every five seconds, or at once if `fresh`."""
    key, fallbacks = settings.DJANGO_SECRET_KEY, settings.DJANGO_SECRET_KEY_FALLBACKS
    key.value(fresh=fresh)
    fallbacks.value(fresh=fresh)
    if (key.version, fallbacks.version) == _taken["versions"]:
        return
    with _lock:
        _taken["versions"] = key.version, fallbacks.version  # before the texts, which are then at least as new
        former = key_list(fallbacks.value(), fallbacks.name)
        # Directly into the dictionary of Django's settings. An assignment would first remove the value, and a thread
        # that reads at that moment would put the former key back.
        vars(settings).update(SECRET_KEY=key.value(), SECRET_KEY_FALLBACKS=former)
    logger.info("%s or %s has changed: one key signs, %d more verify.", key.name, fallbacks.name, len(former))


def refresh_now() -> None:
    """Read the secrets at once, at most once a second: a faster process may have made a signature that did not fit."""
    if _forced_looks.may():
        refresh(fresh=True)


class DjangoKeyMiddleware:
    """Updates the settings for each request, before anything signs or verifies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refresh()
        return self.get_response(request)
