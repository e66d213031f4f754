"""Reads the log of a process: every line must be JSON."""

import json
from pathlib import Path
from typing import Any


def logged(log: Path) -> list[dict[str, Any]]:
    """Return the lines of the file so far; the last one may still be on its way."""
    text = log.read_text()
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
