"""Reads the resource.toml of each resource, for tools that must not import the service."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple


class Resource(NamedTuple):
    """The fields of such a file; `example` is the body of a POST, empty where none can be sent again and again."""

    path: str
    model: str
    table: str
    example: dict[str, Any] = {}


#: By the name of their folder. A field that is missing or unknown is a TypeError that names it.
RESOURCES = tuple(
    Resource(**tomllib.loads(file.read_text(encoding="utf-8")))
    for file in sorted(Path(__file__).resolve().parent.parent.glob("*/resource.toml"))
)
#: The address that examples show: a service without a resource has its documentation at least.
FIRST_PATH = RESOURCES[0].path if RESOURCES else "/schema"
