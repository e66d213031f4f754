"""Reads the resource.toml of each resource, for tools that do not import the service."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple


class Resource(NamedTuple):
    """The fields of a resource.toml; `example` is the body of a POST, empty if none can be sent more than once."""

    path: str
    model: str
    table: str
    example: dict[str, Any] = {}


#: In the order of their folders. A missing or unknown field is a TypeError with its name.
RESOURCES = tuple(
    Resource(**tomllib.loads(file.read_text(encoding="utf-8")))
    for file in sorted(Path(__file__).resolve().parent.parent.glob("*/resource.toml"))
)
#: The path in examples: a service without a resource still has its documentation.
FIRST_PATH = RESOURCES[0].path if RESOURCES else "/schema"
