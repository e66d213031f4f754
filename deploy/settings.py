"""How a release is done: deploy/release.ini explains each field; [release] of environments/NAME.ini overrides it."""

from __future__ import annotations

import configparser
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

CHOICES = {"alarms": ("required", "watched", "none"), "after_window": ("keep", "scale-to-zero")}
BOOLEANS = {"true": True, "false": False}
READ: dict[str, tuple[Callable[[str], Any], str]] = {
    "int": (int, "a whole number"),
    "float": (float, "a number"),
    "bool": (BOOLEANS.__getitem__, "true or false"),
    "str": (str, "a word"),
}


@dataclass(frozen=True)
class Settings:
    """The fields of deploy/release.ini, in its order; the meaning of each stands there."""

    poll_seconds: int
    lease_seconds: int
    migrate_seconds: int
    start_seconds: int
    image_seconds: int
    pending_seconds: int
    gate_seconds: int
    gate_timeout_seconds: int
    smoke_seconds: int
    flip_seconds: int
    bake_seconds: int
    requests_per_second: int
    synthetic_user: str
    own_error_share: float
    prometheus: bool
    hold_seconds: int
    alarms: str
    rollback_window_seconds: int
    after_window: str
    rollback_wait_seconds: int

    @classmethod
    def read(cls, file: Path, environment: str) -> Settings:
        """Read the file, and what an environment has of its own; a wrong field is a ValueError that names it."""
        parser = configparser.ConfigParser(interpolation=None)
        own = file.parent.parent / "environments" / f"{environment}.ini"
        try:
            for each in (file, *([own] if own.exists() else [])):
                parser.read_string(each.read_text(encoding="utf-8"), str(each))
        except configparser.Error as error:
            raise ValueError(str(error)) from error
        texts = dict(parser["release"] if parser.has_section("release") else parser.defaults())
        known = {field.name: str(field.type) for field in fields(cls)}
        if wrong := known.keys() ^ texts.keys():
            raise ValueError(f"{file}: missing or unknown: {', '.join(sorted(wrong))}")
        return cls(**{name: _typed(file, name, known[name], text) for name, text in texts.items()})


def _typed(file: Path, name: str, kind: str, text: str) -> Any:
    """Read a value by the type of its field; a wrong one is a ValueError that says what is right."""
    (read, what), allowed = READ[kind], CHOICES.get(name)
    try:
        if text and not text.startswith("-") and text in (allowed or [text]):
            return read(text)
    except (ValueError, KeyError):
        pass
    what = f"one of {', '.join(allowed)}" if allowed else what
    raise ValueError(f"{file}: {name} = {text} must be {what}, and not negative")
