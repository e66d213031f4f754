"""tests/sample.py says all of the resource: what it forgot, the tests of kept promises would pass over."""

from pathlib import Path
from typing import Any

import yaml

from tests.sample import (
    CHANGES,
    EVERYTHING,
    FINDING,
    FLAG_FILTERS,
    FLAGS,
    INTEGERS,
    MOMENT_FILTERS,
    MOMENTS,
    ORDERINGS,
    PATH,
    READ_ONLY,
    TEXT_FILTERS,
    TEXTS,
    Text,
)

DOCUMENT = yaml.safe_load((Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS = DOCUMENT["paths"][PATH]


def members(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the schema of each member of a body."""
    name = content["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    found: dict[str, dict[str, Any]] = DOCUMENT["components"]["schemas"][name]["properties"]
    return found


WRITABLE = members(OPERATIONS["post"]["requestBody"])
PARAMETERS = {
    parameter["name"]: parameter["schema"]
    for parameter in OPERATIONS["get"]["parameters"]
    if parameter["in"] == "query"
}
FILTERS = {name: schema for name, schema in PARAMETERS.items() if name not in {"cursor", "limit", "ordering"}}


def of_kind(schemas: dict[str, dict[str, Any]], kind: str, form: str | None = None) -> set[str]:
    return {name for name, schema in schemas.items() if (schema["type"], schema.get("format")) == (kind, form)}


def test_every_member_that_a_client_may_write_is_in_the_sample_in_its_order() -> None:
    assert list(EVERYTHING) == list(WRITABLE)


def test_every_member_that_a_client_may_not_write_is_in_the_sample() -> None:
    assert set(READ_ONLY) == set(members(OPERATIONS["post"]["responses"]["201"])) - set(WRITABLE)


def test_every_member_is_of_its_kind() -> None:
    assert set(FLAGS) == of_kind(WRITABLE, "boolean")
    assert set(INTEGERS) == of_kind(WRITABLE, "integer")
    assert set(MOMENTS) == of_kind(WRITABLE, "string", "date-time")
    assert {name: Text(WRITABLE[name]["maxLength"], "minLength" not in WRITABLE[name]) for name in TEXTS} == TEXTS
    assert set(TEXTS) == of_kind(WRITABLE, "string")


def test_every_filter_is_in_the_sample_and_of_its_kind() -> None:
    assert set(FINDING) == set(FILTERS)
    assert set(FLAG_FILTERS) == of_kind(FILTERS, "boolean")
    assert set(MOMENT_FILTERS) == of_kind(FILTERS, "string", "date-time")
    assert {name: FILTERS[name]["maxLength"] for name in of_kind(FILTERS, "string")} == TEXT_FILTERS


def test_every_ordering_is_in_the_sample() -> None:
    assert set(ORDERINGS) == set(PARAMETERS["ordering"]["enum"])


def test_the_changes_are_of_several_members() -> None:
    assert len(CHANGES) >= 2
