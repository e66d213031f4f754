"""Writes each log record as one line of JSON in ASCII.

orjson writes what is plain ASCII. The standard library's encoder escapes the rest, so that no character breaks a line
or controls a terminal (U+2028, C1 controls, lone surrogates).
"""

import json
import logging
from contextlib import suppress
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import orjson

from todoproject.logs.context import request_id, user_id

# Fargate's log router cuts lines at 16,384 bytes, and neither half is JSON.
MOST_BYTES = 16_000
# Types that orjson writes as the standard library does.
PLAIN = {str, int, bool, type(None)}
# The attributes of each record (https://docs.python.org/3/library/logging.html#logrecord-attributes), and those that
# Django adds: the text of `request` has the query string.
OWN_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "server_time"}


class JsonFormatter(logging.Formatter):
    """Formats a record as an object: timestamp, level, logger, message, ids of request and user, extras, exception.

    Never raises. A value that JSON does not know is written as the name of its type. If a line would be longer than
    MOST_BYTES, its long values are cut and `truncated` is true.
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
    """Return the line; halve the room of each value until the line is short enough, or return "" if it never is."""
    line, most = ENCODER.encode(entry), MOST_BYTES
    while len(line) > MOST_BYTES:
        if not most:
            return ""
        most //= 2
        cut = {name: shortened(value, most, end=name == "exception") for name, value in entry.items()}
        line = ENCODER.encode(cut | {"truncated": True})
    return line


def shortened(value: Any, most: int, *, end: bool) -> Any:
    """Return about `most` bytes of a value: its beginning, or its `end`, where a traceback has the error."""
    size = len(ENCODER.encode(value))
    if size <= most:
        return value
    text = value if isinstance(value, str) else ENCODER.encode(value)
    kept = len(text) * most // size
    return text[len(text) - kept :] if end else text[:kept]


def message_of(record: logging.LogRecord) -> str:
    """Return the message with its arguments, or without them if they do not fit."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001  an argument's __str__ may raise anything
        return f"{record.msg!s} (arguments do not fit)"


def is_plain(value: object) -> bool:
    """Say whether orjson writes a value as the standard library does, apart from characters beyond ASCII."""
    return isfinite(value) if type(value) is float else type(value) in PLAIN


def type_name(value: object) -> str:
    return f"<{type(value).__name__}>"


# json.dumps would make an encoder for each line.
ENCODER = json.JSONEncoder(default=type_name, allow_nan=False, separators=(",", ":"))
