"""How a release is done: deploy/release.toml, which explains each field, typed; a table [<env>] overrides for one."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, Self, get_args, get_origin


@dataclass(frozen=True)
class ReleaseFile:
    """The fields of deploy/release.toml, in its order; the meaning of each stands there."""

    poll_seconds: int
    lease_seconds: int
    migrate_seconds: int
    start_seconds: int
    pending_seconds: int
    gate_seconds: int
    gate_timeout_seconds: int
    smoke_seconds: int
    traffic_steps: tuple[int, ...]
    step_seconds: int
    flip_seconds: int
    bake_seconds: int
    requests_per_second: int
    synthetic_user: str
    own_error_share: float
    prometheus: bool
    hold_seconds: int
    alarms: Literal["required", "watched", "none"]
    rollback_window_seconds: int
    after_window: Literal["keep", "scale-to-zero"]

    @classmethod
    def read(cls, path: Path, environment: str, **overrides: object) -> Self:
        """Read the file for one environment; a missing, unknown or mistyped field is a ValueError that names it."""
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        values = {key: value for key, value in table.items() if not isinstance(value, dict)}
        values |= table.get(environment, {}) | overrides
        known = {field.name: field.type for field in fields(cls)}
        if wrong := known.keys() ^ values.keys():
            raise ValueError(f"{path}: missing or unknown: {', '.join(sorted(wrong))}")
        return cls(**{name: _checked(path, name, known[name], value) for name, value in values.items()})


def _checked(path: Path, name: str, kind: Any, value: Any) -> Any:
    if get_origin(kind) is Literal:
        fits, what = value in get_args(kind), "one of " + ", ".join(get_args(kind))
    elif get_origin(kind) is tuple:
        value = tuple(value) if isinstance(value, list | tuple) else value
        fits = isinstance(value, tuple) and all(isinstance(each, int) and 0 < each < 100 for each in value)
        what = "a list of percentages from 1 to 99"
    else:
        fits, what = type(value) is kind or (kind is float and type(value) is int), f"of type {kind.__name__}"
    if not fits or (isinstance(value, int | float) and value < 0):
        raise ValueError(f"{path}: {name} = {value!r} must be {what}, and not negative")
    return value
