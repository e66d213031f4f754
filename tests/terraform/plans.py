"""Reading plans and states as `terraform show -json` writes them."""

import json
from collections.abc import Iterator
from typing import Any


def resources(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all managed resources of a plan (as planned) or a state."""
    yield from _walk((document.get("planned_values") or document["values"])["root_module"])


def _walk(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (resource for resource in module.get("resources", []) if resource["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from _walk(child)


def of_type(document: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Return address to arguments of all resources of one type."""
    return {each["address"]: each["values"] for each in resources(document) if each["type"] == kind}


def trust_policies(state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return role name to its trust policy."""
    return {role["name"]: json.loads(role["assume_role_policy"]) for role in of_type(state, "aws_iam_role").values()}


def permissions(state: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return "role/policy", and the names of managed policies, to their statements, their lists sorted."""
    found = {}
    for policy in of_type(state, "aws_iam_role_policy").values():
        found[f"{policy['role']}/{policy['name']}"] = _statements(policy)
    for policy in of_type(state, "aws_iam_policy").values():
        found[policy["name"]] = _statements(policy)
    return found


def _statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    return [_normal(statement) for statement in json.loads(policy["policy"])["Statement"]]


def _normal(statement: dict[str, Any]) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, list) else value for key, value in statement.items()}
