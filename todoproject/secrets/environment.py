"""Reads the environment for the settings, and refuses a wrong value with a sentence that says what is right.

django-environ parses, but its casts are lenient (``DEBUG=ture`` would mean False), so there are checks on top.
"""

import os
import re
from collections.abc import Sequence

import environ
from django.core.exceptions import ImproperlyConfigured

from todoproject.secrets.files import Check, Secret, SecretError, SecretFile, SecretText

env = environ.Env()


def switch(name: str, *, default: bool) -> bool:
    """Return a boolean; accept only true, false, 1 and 0."""
    text = env.str(name, default=str(default)).lower()
    if text not in {"true", "false", "1", "0"}:
        raise ImproperlyConfigured(f"{name}={text!r} is not a switch: give true or false.")
    return text in {"true", "1"}


def whole_number(name: str, *, default: int, minimum: int = 0, maximum: int = 2**31 - 1) -> int:
    """Return an integer between `minimum` and `maximum`."""
    text = env.str(name, default=str(default))
    if not text.isascii() or not text.isdigit() or not minimum <= int(text) <= maximum:
        raise ImproperlyConfigured(f"{name}={text!r} is not a whole number from {minimum} to {maximum}.")
    return int(text)


def choice(name: str, *, default: str, among: Sequence[str]) -> str:
    """Return a word that is in `among`."""
    text: str = env.str(name, default=default)
    if text not in among:
        raise ImproperlyConfigured(f"{name}={text!r} is not known: give {' or '.join(among)}.")
    return text


def web_threads() -> int:
    """Return how many requests a process serves at a time, under both servers."""
    return whole_number("WEB_THREADS", default=4, minimum=1, maximum=64)


def words(name: str) -> list[str]:
    """Return a comma-separated list without empty entries."""
    return [word.strip() for word in env.str(name, default="").split(",") if word.strip()]


def known_words(name: str, *, among: Sequence[str]) -> list[str]:
    """Return a comma-separated list whose entries are all in `among`."""
    found = words(name)
    unknown = [word for word in found if word not in among]
    if unknown:
        raise ImproperlyConfigured(f"{name} has {', '.join(unknown)}: give some of {', '.join(among)}, or nothing.")
    return found


def rate(name: str, *, default: str = "") -> str:
    """Return a rate such as ``100/minute``, or the empty text for no limit."""
    text: str = env.str(name, default=default)
    if text and not re.fullmatch(r"[1-9][0-9]*/(second|minute|hour|day)", text):
        raise ImproperlyConfigured(
            f"{name}={text!r} is not a rate: give for example 100/minute, or nothing for no limit."
        )
    return text


def log_group(name: str) -> str:
    """Return the name of a CloudWatch log group, or the empty text for none."""
    text: str = env.str(name, default="")
    if not re.fullmatch(r"[A-Za-z0-9._/#-]{0,512}", text):
        raise ImproperlyConfigured(f"{name}={text!r} is not a log group: give for example /my/audit, or nothing.")
    return text


def secret(name: str, *, default: str = "", debug_default: str = "", check: Check | None = None) -> Secret:
    """Return the secret `name`, from that variable or from the file that ``name_FILE`` names.

    It must pass `check`, now and after each change. `default` makes it optional; `debug_default` does so only with
    ``DEBUG=true``, so that a linter or an image build can load the settings.
    """
    text, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if text is not None and path is not None:
        raise SecretError(f"{name} and {name}_FILE are both set: keep one.")
    if path is not None:
        return SecretFile(name, path, check)
    if text is not None:
        return SecretText(name, text, check)
    if default:
        return SecretText(name, default, check)
    if debug_default and switch("DEBUG", default=False):
        return SecretText(name, debug_default, check)
    raise SecretError(f"{name} is not set: give {name}, or {name}_FILE=/mnt/secrets-store/{name.lower()}.")
