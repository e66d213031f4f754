"""Writes a log record as one line of JSON, whatever the record holds.

Whatever is not plain ASCII is written by the standard library's encoder and not by orjson: with ``ensure_ascii`` no
character can break a line or drive a terminal (U+2028, C1 controls, lone surrogates).
"""

import json
import logging
from contextlib import suppress
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import orjson

from todoproject.logs.context import request_id, user_id

# Fargate's router cuts a line at 16,384 bytes, and neither half is JSON then.
MOST_BYTES = 16_000
# What orjson writes as the standard library does.
PLAIN = {str, int, bool, type(None)}
# What every record carries by itself (https://docs.python.org/3/library/logging.html#logrecord-attributes), and what
# Django adds: `request` is left out because its text holds the query string.
OWN_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "server_time"}


class JsonFormatter(logging.Formatter):
    """Formats a record as an object of timestamp, level, logger, message, the request's ids, extras and exception.

    Values that JSON does not know are named by their type, so that nothing is written by accident; never raises. Where
    the line would be longer than MOST_BYTES, its long values are cut and `truncated` is true.
    """

    def __init__(self, *, colour: str = "") -> None:
        super().__init__()
        self.colour = colour

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            "request_id": request_id.get(),
            "user_id": user_id.get(),
            "colour": self.colour,
        }
        extras = {name: value for name, value in vars(record).items() if name not in OWN_ATTRIBUTES}
        if record.exc_info and record.exc_info[0] is not None:
            entry["exception"] = self.formatException(record.exc_info)
        with suppress(TypeError):  # lone surrogates, numbers of more than 64 bits
            quick = orjson.dumps(entry | extras) if all(map(is_plain, extras.values())) else b"\x80"
            if quick.isascii() and len(quick) <= MOST_BYTES:
                return quick.decode()
        try:
            line = bounded(entry | extras)
        except (TypeError, ValueError, RecursionError):
            line = bounded(entry | {name: type_name(value) for name, value in extras.items()})
        return line or bounded(entry | {"truncated": True})


def bounded(entry: dict[str, Any]) -> str:
    """Return the line, its values cut to a half again and again until it is short enough, "" if it never is."""
    line, most = ENCODER.encode(entry), MOST_BYTES
    while len(line) > MOST_BYTES:
        if not most:
            return ""
        most //= 2
        cut = {name: shortened(value, most, end=name == "exception") for name, value in entry.items()}
        line = ENCODER.encode(cut | {"truncated": True})
    return line


def shortened(value: Any, most: int, *, end: bool) -> Any:
    """Return a value that takes about `most` bytes: its beginning, or its `end`, which says what was raised."""
    size = len(ENCODER.encode(value))
    if size <= most:
        return value
    text = value if isinstance(value, str) else ENCODER.encode(value)
    kept = len(text) * most // size
    return text[len(text) - kept :] if end else text[:kept]


def message_of(record: logging.LogRecord) -> str:
    """Return the message with its arguments, or without where they do not fit."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001  an argument's own __str__ may raise anything
        return f"{record.msg!s} (arguments do not fit)"


def is_plain(value: object) -> bool:
    """Say whether orjson writes a value as the standard library does, but for characters beyond ASCII."""
    return isfinite(value) if type(value) is float else type(value) in PLAIN


def type_name(value: object) -> str:
    return f"<{type(value).__name__}>"


# `json.dumps` would make one for each line.
ENCODER = json.JSONEncoder(default=type_name, allow_nan=False, separators=(",", ":"))
