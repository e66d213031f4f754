"""Plausible bodies of a resource, by the kind of each member: for the OpenAPI document and for trying the service."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rest_framework import serializers
from rest_framework.fields import empty

from todoproject.api import fields

if TYPE_CHECKING:
    from todoproject.api.resource import Resource

NUMBER = 42
MADE = "2026-11-23T16:00:00.123456Z"
HOST = "https://service.example.com"


#: The first kind that fits a member gives its value.
VALUES: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (fields.StrictChoiceField, lambda field: next(iter(field.choices))),
    (serializers.BooleanField, lambda _: False),
    (fields.ReferenceField, lambda _: NUMBER),
    (serializers.IntegerField, lambda field: min(max(field.min_value or 0, 1), field.max_value or 1)),
    (serializers.DecimalField, lambda field: field.to_representation(Decimal(1))),
    (serializers.DateTimeField, lambda _: MADE),
    (serializers.DateField, lambda _: MADE[:10]),
)


def value_of(field: Any, name: str) -> Any:
    """Return a value that a member of this kind takes."""
    for kind, value in VALUES:
        if isinstance(field, kind):
            return value(field)
    return f"A {name.replace('_', ' ')}"[: field.max_length]


def body(resource: "type[Resource]") -> dict[str, Any]:
    """Return a body with every member that a client may write."""
    form = resource.form()
    return {
        name: resource.example.get(name, _default(field, name))
        for name, field in form.fields.items()
        if not field.read_only
    }


def required_body(resource: "type[Resource]") -> dict[str, Any]:
    """Return the smallest body that is accepted."""
    members = resource.form().fields
    return {name: value for name, value in body(resource).items() if members[name].required}


def changed_body(resource: "type[Resource]") -> dict[str, Any]:
    """Return a body that changes a row of `required_body`."""
    writable = {name: field for name, field in resource.form().fields.items() if not field.read_only}
    for name, field in writable.items():
        if isinstance(field, serializers.BooleanField):
            return {name: True}
    for name, field in writable.items():
        if isinstance(field, fields.StrictCharField):
            return {name: f"Another {name.replace('_', ' ')}"[: field.max_length]}
    return required_body(resource)


def representation(resource: "type[Resource]") -> dict[str, Any]:
    """Return a row as an answer shows it."""
    given = {"id": NUMBER, "url": f"{HOST}/{resource.name}/{NUMBER}", **body(resource)}
    members = resource.form().fields
    return {
        name: given[name] if name in given else None if field.allow_null else value_of(field, name)
        for name, field in members.items()
    }


def _default(field: Any, name: str) -> Any:
    if field.default in (empty, None, "") or callable(field.default):
        return value_of(field, name)
    return field.to_representation(field.default)
