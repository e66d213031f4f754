"""Judges a request by IAM policies as AWS documents it, as far as the policies here need it.

A request is allowed when a policy allows it, the permission boundary (where there is one) allows it too, and no
statement of either denies it: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
A condition that this file does not know is an error, never a guess. Resource policies are not judged.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """An action on a resource; the context's keys are in lower case, as IAM compares them."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Role:
    """A role's own policies and its boundary, None where it has none."""

    name: str
    policies: tuple[Document, ...]
    boundary: Document | None

    def may(self, request: Request) -> bool:
        """Judge a request."""
        own, boundary = self._about(request.action)
        if not any(statement["Effect"] == "Allow" for statement in own):
            return False
        if any(_matches(statement, "Deny", request) for statement in [*own, *boundary]):
            return False
        allowed = any(_matches(statement, "Allow", request) for statement in own)
        return allowed and (
            self.boundary is None or any(_matches(statement, "Allow", request) for statement in boundary)
        )

    @functools.cache  # noqa: B019 (as long as the role)
    def _about(self, action: str) -> tuple[list[Document], list[Document]]:
        """Return the statements about an action: the role's own, and the boundary's."""
        documents = (self.policies, (self.boundary,) if self.boundary else ())
        own, boundary = (
            [
                statement
                for document in some
                for statement in _list(document["Statement"])
                if _names(statement, "Action", action, fold=True)
            ]
            for some in documents
        )
        return own, boundary


def _matches(statement: Document, effect: str, request: Request) -> bool:
    return (
        statement["Effect"] == effect
        and _names(statement, "Resource", request.resource, fold=False)
        and _holds(statement.get("Condition", {}), request.context)
    )


def _names(statement: Document, element: str, value: str, *, fold: bool) -> bool:
    if f"Not{element}" in statement:
        return not any(_like(pattern, value, fold=fold) for pattern in _list(statement[f"Not{element}"]))
    return any(_like(pattern, value, fold=fold) for pattern in _list(statement[element]))


def _holds(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    return all(
        _compare(operator, _list(values), context.get(key.lower()))
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _compare(operator: str, values: list[str], found: str | None) -> bool:
    if operator == "Null":
        return (found is None) == (values == ["true"])
    # ForAllValues: a key that is absent, which is no value, satisfies it.
    name, absent_is_fine = (
        operator.removeprefix("ForAllValues:").removesuffix("IfExists"),
        operator != operator.removeprefix("ForAllValues:").removesuffix("IfExists"),
    )
    negated = name in {"StringNotEquals", "StringNotLike", "ArnNotLike"}
    if found is None:
        return absent_is_fine or negated
    match name:
        case "StringEquals" | "StringNotEquals" | "Bool":
            return (found in values) != negated
        case "StringLike" | "ArnLike" | "ArnEquals" | "StringNotLike" | "ArnNotLike":
            return any(_like(value, found, fold=False) for value in values) != negated
    raise NotImplementedError(f"condition {operator}")


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern), re.DOTALL)


def _like(pattern: str, value: str, *, fold: bool) -> bool:
    return _pattern(pattern.lower() if fold else pattern).fullmatch(value.lower() if fold else value) is not None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
