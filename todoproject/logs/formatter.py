"""Writes a log record as one line of JSON, whatever the record holds.

The standard library's encoder and not orjson: with ``ensure_ascii`` no character can break a line or drive a terminal
(U+2028, C1 controls, lone surrogates), and a line costs some microseconds of a request that costs milliseconds.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from todoproject.logs.context import request_id, user_id

# What every record carries by itself (https://docs.python.org/3/library/logging.html#logrecord-attributes), and what
# Django adds: `request` is left out because its text holds the query string.
OWN_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "server_time"}


class JsonFormatter(logging.Formatter):
    """Formats a record as an object of timestamp, level, logger, message, the request's ids, extras and exception.

    Values that JSON does not know are named by their type, so that nothing is written by accident; never raises.
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
        try:
            return ENCODER.encode(entry | extras)
        except (TypeError, ValueError, RecursionError):
            return json.dumps(entry | {name: type_name(value) for name, value in extras.items()})


def message_of(record: logging.LogRecord) -> str:
    """Return the message with its arguments, or without where they do not fit."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001  an argument's own __str__ may raise anything
        return f"{record.msg!s} (arguments do not fit)"


def type_name(value: object) -> str:
    return f"<{type(value).__name__}>"


# `json.dumps` would make one for each line.
ENCODER = json.JSONEncoder(default=type_name, allow_nan=False)
