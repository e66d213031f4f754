"""Makes the context of the templates in local/resource_template, whose unused imports ruff removes."""

from __future__ import annotations

from typing import Any

from local.new_resource import python
from local.new_resource.fields import Field
from local.new_resource.names import Names


def context(names: Names, fields: list[Field], scope: str) -> dict[str, Any]:
    """Return the variables of the templates."""
    owner = "owner" if scope == "owned" else ""
    nested = python.nested(fields)
    return {
        "names": names,
        "config": "".join(word.capitalize() for word in names.plural_words),
        "a_or_an": "an" if names.singular[0] in "aeiou" else "a",
        "owner": owner,
        "nested": nested,
        **_model(names, fields, owner),
        **_api(fields, owner),
        **_demo(fields),
        **_tests(fields, owner),
        "example": _example(fields),
    }


def _model(names: Names, fields: list[Field], owner: str) -> dict[str, Any]:
    before = f'"{owner}", ' if owner else ""
    parents = python.nested(fields)
    sortable = [each.name for each in fields if each.sortable]
    unique = [each.name for each in fields if each.unique]
    return {
        "title": next(each.name for each in fields if each.kind == "str" and each.required),
        "fields": [
            {
                "name": each.name,
                "column": python.column(each, indexed=each in parents),
                "attribute": f"{each.name}_id" if each.kind == "user" else each.name,
                "demo": python.demo_value(each, names),
            }
            for each in fields
        ],
        "indexes": [f'PageIndex({before}"{name}")' for name in ("created_at", *sortable)]
        + [f'PageIndex("{each.name}", "created_at")' for each in parents],
        "unique": [
            f'models.UniqueConstraint(fields=[{before}"{name}"], name="{f"{names.app}_{name}"[:55]}_once")'
            for name in unique
        ],
        "sortable": sortable,
    }


def _api(fields: list[Field], owner: str) -> dict[str, Any]:
    return {
        "filters": python.filters(fields).items(),
        "scope": 'Owned("owner")' if owner else "Everyone()",
        "references": [each.name for each in fields if each.kind == "user"],
    }


def _demo(fields: list[Field]) -> dict[str, Any]:
    keys = [each for each in fields if each.target]
    return {
        "keys": keys,
        "targets": list(dict.fromkeys(each.target for each in keys)),
        "numbered": any(
            (each.kind == "str" and each.required and not each.unique) or (each.kind == "date" and each.unique)
            for each in fields
        ),
    }


def _tests(fields: list[Field], owner: str) -> dict[str, Any]:
    required = [(each, python.required_value(each, owner)) for each in fields if each.required]
    calls = ("SelfAttribute", "Sequence", "SubFactory")
    return {
        "required": [(each.name, value, not value.startswith(calls)) for each, value in required],
        "targets_required": list(dict.fromkeys(each.target for each, _ in required if each.target)),
    }


def _example(fields: list[Field]) -> list[tuple[str, str]]:
    """Return the members of a body that may be sent again and again, none where there is no such body."""
    required = [each for each in fields if each.required]
    if any(each.unique or each.target or each.kind == "user" for each in required):
        return []
    return [(each.name, python.json_value(each)) for each in required]
