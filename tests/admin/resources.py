"""The resources in the admin and rows of them, for tests that run over all resources."""

from collections.abc import Mapping
from typing import Any, cast

import pytest
from django.contrib import admin
from django.db.models import Field, Model
from django.urls import reverse

from tests.admin.staff import Staff
from tests.conformance.models import Membership, Team
from tests.factories import UserFactory
from tests.sample import NUMBERS, SUBJECTS_BY_MODEL, sample
from todoproject.accounts.models import User
from todoproject.admin import scopes
from todoproject.admin.resource_admin import ResourceAdmin
from todoproject.api.constraints import is_unique

TEAM = 0
RESOURCES = [one for one in admin.site._registry.values() if isinstance(one, ResourceAdmin)]
# `make quick` runs those of the service and the plainest of the tests' own, as tests/sample.py has it.
MARKED = [pytest.param(one, marks=[] if SUBJECTS_BY_MODEL[one.model].quick else pytest.mark.slow) for one in RESOURCES]
each_resource = pytest.mark.parametrize("resource", MARKED, ids=lambda one: one.opts.model_name)


def keys_of(resource: ResourceAdmin) -> "list[Field[Any, Any]]":
    return [field for field in resource.opts.concrete_fields if field.is_relation]


def make(model: type[Model], number: int = 0, /, **values: Any) -> Any:
    """Create a row with the required values only, and the users and rows that it needs."""
    for field in model._meta.concrete_fields:
        if field.is_relation and not field.null and field.name not in values:
            values[field.name] = related(
                field, TEAM if field.related_model is Team else number, **owner_of(model, values)
            )
    row = model._default_manager.create(**sample_of(model, number) | unique_of(model) | values)
    return model._default_manager.get(pk=row.pk)


def make_many(model: type[Model], count: int) -> list[Any]:
    """Create `count` rows by one INSERT, which differ only where they must."""
    first = make(model)
    keys = [field for field in model._meta.concrete_fields if field.is_relation]
    same = {field.name: getattr(first, field.name) for field in keys if not is_unique(field)}
    own = [field for field in keys if is_unique(field)]
    rest = (
        model(
            **sample_of(model) | unique_of(model) | same,
            **{field.name: related(field, **owner_of(model, same)) for field in own},
        )
        for _ in range(1, count)
    )
    return [first, *model._default_manager.bulk_create(rest)]


def unique_of(model: type[Model]) -> dict[str, Any]:
    """Return values that no other row has, for the fields that must be unique, alone or with others."""
    together = {name for constraint in model._meta.total_unique_constraints for name in constraint.fields}
    unique = [field for field in writable(model) if field.unique or (field.name in together and is_required(field))]
    return {field.name: sample(field, next(NUMBERS)) for field in unique}


def related(field: "Field[Any, Any]", number: int = 0, *, owner: Any = None) -> Any:
    """Create a row that `field` of a row of this owner may point at; all users are in the team TEAM."""
    model = cast("type[Model]", field.related_model)
    if model is Team:
        return Team._default_manager.get_or_create(name=f"Team {number}")[0]
    if model is User:
        user = UserFactory.create()
        Membership._default_manager.create(user=user, team=Team._default_manager.get_or_create(name=f"Team {TEAM}")[0])
        return user
    resource = scopes.owned(model)
    return make(model, number, **({resource.scope.column: owner} if resource and owner else {}))


def owner_of(model: type[Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the owner of a row with these values, as the argument of `related`."""
    resource = scopes.owned(model)
    return {"owner": values.get(resource.scope.column)} if resource else {}


def page(resource: ResourceAdmin, name: str = "changelist", *arguments: Any) -> str:
    """Return the address of one of the resource's pages: changelist, add, change, delete, history, export."""
    return reverse(f"admin:{resource.opts.app_label}_{resource.opts.model_name}_{name}", args=arguments)


def form_at(staff: Staff, path: str) -> dict[str, Any]:
    """Return the values of the unchanged form at `path`, as a browser sends them."""
    response: Any = staff.get(path)
    assert response.status_code == 200, response.status_code
    sent = {}
    for field in response.context["adminform"].form:
        value = field.value()
        if not isinstance(value, bool):
            shown = field.field.widget.format_value(value) or ""
            sent[field.html_name] = shown[0] if isinstance(shown, list) else shown
        elif value:
            sent[field.html_name] = "on"
    return sent


def typed(field: "Field[Any, Any]", number: int, owner: Any = None) -> Any:
    """Return a valid value for the form's field, different for each number."""
    if field.is_relation:
        return related(field, number, owner=owner).pk
    value = sample(field, number)
    return {True: "on", False: ""}[value] if isinstance(value, bool) else str(value).removesuffix("Z")


def typed_into(resource: ResourceAdmin, fields: "list[Field[Any, Any]]", number: int) -> dict[str, Any]:
    """Return valid values for `fields` of one form: keys of rows that the owner sees."""
    scope = scopes.owned(resource.model)
    column = scope.scope.column if scope else ""
    sent: dict[str, Any] = {}
    for field in sorted(fields, key=lambda one: one.name != column):
        owner = User._default_manager.get(pk=sent[column]) if column in sent else None
        sent[field.name] = typed(field, number, owner)
    return sent


def changed_alone(resource: ResourceAdmin) -> "list[Field[Any, Any]]":
    """Return the fields that change without another one: a row's keys lead to what its owner has, so that it stays."""
    scope = scopes.owned(resource.model)
    led = scope and any(scopes.owned(key.related_model) for key in scopes.keys_of(scope))
    return [field for field in fields_of(resource) if not (led and scope and field.name == scope.scope.column)]


def owner_of_row(row: Any) -> Any:
    """Return the owner of a row, None if it belongs to no user."""
    scope = scopes.owned(type(row))
    return getattr(row, scope.scope.column) if scope else None


def fields_of(resource: ResourceAdmin) -> "list[Field[Any, Any]]":
    """Return the fields that a person writes, with foreign keys."""
    return [*writable(resource.model), *keys_of(resource)]


def sample_of(model: type[Model], number: int = 0) -> dict[str, Any]:
    """Return a value of each field that a client must give, but for its foreign keys."""
    return {field.name: sample(field, number) for field in writable(model) if is_required(field)}


def writable(model: type[Model]) -> "list[Field[Any, Any]]":
    """Return the fields that a person or a client writes, without the foreign keys."""
    fields = model._meta.concrete_fields
    return [field for field in fields if field.editable and not (field.primary_key or field.is_relation)]


def is_required(field: "Field[Any, Any]") -> bool:
    return not (field.null or field.blank or field.has_default() or field.has_db_default())
