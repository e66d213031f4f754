"""Refuses a declaration that cannot keep a resource's promises, and says what to write instead.

https://docs.djangoproject.com/en/5.2/topics/checks/
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core import checks
from django.db import models

from todoproject.api.models import PageIndex, ResourceModel
from todoproject.api.registry import nested_lists, resource_of, resources
from todoproject.api.serializers import ResourceSerializer

KINDS = ResourceSerializer.serializer_field_mapping


def check_resources(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:  # noqa: ARG001  the signature is Django's
    """Return an error for each mistake in the declaration of a resource."""
    found: list[checks.CheckMessage] = []
    for resource in resources():
        sentences = [*_of_columns(resource), *_of_unique(resource.model, resource.scope.column)]
        # The check of indexes needs columns of known kinds.
        sentences = sentences or [*_of_indexes(resource, [resource.scope.column] if resource.scope.column else [])]
        found += [checks.Error(sentence, obj=resource.__name__, id="api.E001") for sentence in sentences]
    for nested in nested_lists():
        found += [
            checks.Error(sentence, obj=nested.__name__, id="api.E001")
            for sentence in _of_indexes(nested, [nested.parent])
        ]
    return found


def _of_columns(resource: Any) -> Iterator[str]:
    model, serializer = resource.model, resource.serializer
    if not issubclass(model, ResourceModel):
        yield f"{model.__name__} is no ResourceModel, which gives created_at, updated_at and version."
    if not {"id", "url"} <= set(serializer.Meta.fields):
        yield f'The fields of {serializer.__name__} need "id" and "url".'
    if serializer.to_representation is not ResourceSerializer.to_representation:
        yield f"{serializer.__name__}.to_representation is never called: rows become JSON column by column."
    columns = {column.name: column for column in model._meta.get_fields() if not column.auto_created}
    for name in sorted({*serializer.Meta.fields} - {"id", "url"}):
        if name not in columns:
            yield f"The member {name} is no column of {model.__name__}; put computed values into a column."
        else:
            yield from _of_column(columns[name], resource)
    for name in (*resource.orderings, resource.default_ordering.removeprefix("-")):
        if name not in columns:
            yield f"The ordering {name} is no column of {model.__name__}."


def _of_column(column: Any, resource: Any) -> Iterator[str]:
    if type(column) is models.ForeignKey:
        yield from _of_foreign_key(column, resource)
    elif type(column) not in KINDS:
        kinds = ", ".join(kind.__name__ for kind in (*KINDS, models.ForeignKey))
        yield f"{column.name} is a {type(column).__name__}; the API carries {kinds}."
    elif isinstance(column, models.TextField) and not column.max_length and column.editable:
        yield f"{column.name} has no max_length: one request could fill the table."


def _of_foreign_key(column: Any, resource: Any) -> Iterator[str]:
    target = column.related_model
    if column.editable and column.name not in resource.references:
        if target is get_user_model():
            yield f'references["{column.name}"] must say which users it may name, for example Everyone().'
        elif resource_of(target) is None:
            yield f"{column.name} leads to {target.__name__}, which is neither a user nor a resource."
    if column.remote_field.on_delete in (models.SET_NULL, models.SET_DEFAULT):
        yield f"{column.name} changes without a new version: use CASCADE, PROTECT or {__package__}.models.unset."


def _of_unique(model: Any, scope: str) -> Iterator[str]:
    for column in model._meta.concrete_fields:
        if column.unique and not column.primary_key:
            fields = [scope, column.name] if scope else [column.name]
            yield f"{column.name} is unique: write UniqueConstraint(fields={fields}, name=…) instead."
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and scope and scope not in constraint.fields:
            yield f"{constraint.name} tells what others have: its fields must include {scope}."


def _of_indexes(resource: Any, before: list[str]) -> Iterator[str]:
    model = resource.model
    present = [(*index.expressions, *map(models.F, index.fields)) for index in model._meta.indexes]
    for name in resource.orderings:
        needed = PageIndex(*before, name)
        line = f"PageIndex({', '.join(repr(column) for column in (*before, name))})".replace("'", '"')
        needed.set_name_with_model(model)
        if needed.expressions not in present:
            yield f"The ordering {name} has no index: add {line} to Meta.indexes of {model.__name__}."
