"""Keeps foreign keys within a scope in the admin: a user's row never points at a row that this user cannot see.

This is for resources that belong to a user (`Owned`). A row that a team or everybody shares has no single reader.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet

from todoproject.api import registry
from todoproject.api.resource import Resource
from todoproject.api.scope import Owned


def owned(model: type[Model]) -> type[Resource] | None:
    """Return the resource of a model whose rows belong to a user, None for another model."""
    resource = registry.resource_of(model)
    return resource if resource and isinstance(resource.scope, Owned) else None


def keys_of(resource: type[Resource]) -> list[Any]:
    """Return the foreign keys besides the owner."""
    columns = resource.model._meta.concrete_fields
    return [column for column in columns if column.is_relation and column.name != resource.scope.column]


def seen(resource: type[Resource], key: Any, owner: Any) -> QuerySet[Any]:
    """Return the rows that `key` of a row of this owner may point at."""
    return resource.reference_scope(key).rows(key.related_model._default_manager.all(), owner.pk)


def unseen(resource: type[Resource], owner: Any, keys: Mapping[str, Any]) -> list[str]:
    """Return the names of those `keys`, {field: row}, that this owner cannot see."""
    given = [(key, keys.get(key.name)) for key in keys_of(resource)]
    return [key.name for key, row in given if row and not seen(resource, key, owner).filter(pk=row.pk).exists()]


def obstacle(rows: QuerySet[Any], name: str, value: Any) -> str:
    """Return why the field `name` of `rows` cannot have this `value`, "" if it can."""
    resource = owned(rows.model)
    if resource is None or value is None:
        return ""
    column = resource.scope.column
    if name == column:
        for key in keys_of(resource):
            kept = rows.exclude(**{key.name: None}).exclude(**{f"{key.name}__in": seen(resource, key, value)})
            if kept.exists():
                return f"{value} does not see every {key.verbose_name} of these rows."
        return named_by_others(rows)
    if name not in {key.name for key in keys_of(resource)}:
        return ""
    users: Any = resource.model._meta.get_field(column).related_model
    owners = users._default_manager.filter(pk__in=rows.order_by().values(column))[:2]
    if len(owners) > 1:
        return "These rows belong to several users, who do not see the same: choose those of one."
    hidden = [owner for owner in owners if unseen(resource, owner, {name: value})]
    return f"{hidden[0]} does not see {value}." if hidden else ""


def named_by_others(rows: QuerySet[Any]) -> str:
    """Return why `rows` must keep their owners: rows of those owners point at them; "" if none do."""
    for relation in rows.model._meta.related_objects:
        others: Any = relation.related_model
        pointing = {f"{relation.field.name}__in": rows.order_by().values("pk")}
        if owned(others) and others._default_manager.filter(**pointing).exists():
            return f"There are {others._meta.verbose_name_plural} of the former owner that point at it."
    return ""
