"""What tools beside the service know of its resource: todos/resource.toml, which explains each field."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).resolve().parent.parent / "todos" / "resource.toml"


class Resource(NamedTuple):
    """The fields of the file."""

    path: str
    table: str
    example: dict[str, Any]
    change: dict[str, Any]


#: A field that is missing or unknown is a TypeError that names it.
RESOURCE = Resource(**tomllib.loads(FILE.read_text(encoding="utf-8")))
