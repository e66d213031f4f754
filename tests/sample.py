"""The resources as tests see them: bodies, rows and queries, from the kinds of their members and from the factories.

Nothing here names a resource or a column: a resource is tested by having an address, and a factory.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from importlib import import_module
from itertools import count
from typing import Any

import pytest
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import BooleanField, DateField, DateTimeField, DecimalField, Field, IntegerField, UniqueConstraint
from factory.django import DjangoModelFactory

from tests.conformance import factories as conformance
from tests.conformance.models import Notice
from todoproject.accounts.models import User
from todoproject.api import fields
from todoproject.api.filters import Exact, Range, Search
from todoproject.api.registry import resources
from todoproject.api.resource import Resource
from todoproject.api.scope import Everyone, Owned, Shared

MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
FIRST_DAY = date(2026, 12, 1)
#: For values that must be unique: never one of a factory, which counts on its own from 0.
NUMBERS = count(1_000_000)
#: The apps with resources, each of which has its factories in a folder of the tests.
APPS = {resource.model._meta.app_label for resource in resources()}
#: The factory of each model.
FACTORIES: dict[Any, Any] = {
    each._meta.model: each
    for module in [import_module(f"tests.{app}.factories") for app in sorted(APPS)]
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, DjangoModelFactory) and each is not DjangoModelFactory
}


def sample(field: "Field[Any, Any]", number: int = 0) -> Any:
    """Return a JSON value that `field`, which is no foreign key, takes.

    The next number gives another one; of few values, number 0 gives the default and an odd number another one.
    """
    if field.choices or isinstance(field, BooleanField):
        values = [value for value, _ in field.flatchoices] if field.choices else [False, True]
        values.sort(key=lambda value: value != field.get_default())  # stable
        return values[number % len(values) if number % 2 == 0 else 1]
    if isinstance(field, DecimalField):
        whole = number % 10 ** (field.max_digits - field.decimal_places)
        return f"{_within(field, whole)}.{'5' * field.decimal_places}".rstrip(".")
    if isinstance(field, IntegerField):
        return _within(field, number)
    if isinstance(field, DateField):
        day = FIRST_DAY + timedelta(days=number)
        return f"{day}T09:00:00Z" if isinstance(field, DateTimeField) else str(day)
    text = f"{field.verbose_name} {number}".capitalize()
    most = field.max_length or len(text)
    return text if len(text) <= most else f"{number}"[-most:]


def _within(field: "Field[Any, Any]", number: int) -> int:
    """Return `number`, moved between the limits that the field's validators set."""
    lowest = [one.limit_value for one in field.validators if isinstance(one, MinValueValidator)]
    highest = [one.limit_value for one in field.validators if isinstance(one, MaxValueValidator)]
    return int(min([max([number, *lowest]), *highest]))


class Subject:
    """One resource under test."""

    def __init__(self, resource: type[Resource]) -> None:
        self.resource, self.model, self.scope = resource, resource.model, resource.scope
        self.path = f"/{resource.name}"
        self.private = not isinstance(resource.scope, Everyone)

    def __str__(self) -> str:
        return str(self.resource.name)

    @property
    def quick(self) -> bool:
        """Whether `make quick` tests it: a resource of the service, or the plainest of the tests' own."""
        return self in SERVED or self is PLAIN

    # ── Members ──────────────────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def members(self) -> dict[str, Any]:
        return dict(self.resource.form().fields)

    @cached_property
    def writable(self) -> dict[str, Any]:
        return {name: member for name, member in self.members.items() if not member.read_only}

    @cached_property
    def read_only(self) -> list[str]:
        return [name for name in self.members if name not in self.writable]

    @cached_property
    def text(self) -> str:
        """A member that a body must have, a text of one line."""
        return next(name for name in self.of_kind(fields.StrictCharField) if self.members[name].required)

    @cached_property
    def unique(self) -> set[str]:
        constraints = [each for each in self.model._meta.constraints if isinstance(each, UniqueConstraint)]
        return {name for each in constraints for name in each.fields} & set(self.writable)

    def of_kind(self, kind: type[Any]) -> list[str]:
        """Return the writable members of a kind."""
        return [name for name, member in self.writable.items() if isinstance(member, kind)]

    @cached_property
    def orderings(self) -> list[str]:
        return list(self.resource.sorted_by())

    # ── Bodies ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def json(self, name: str, number: int, references: Mapping[str, int]) -> Any:
        """Return a value of a member that differs from number to number, as far as its kind allows."""
        if isinstance(self.members[name], fields.ReferenceField):
            return references[name]
        field: Any = self.model._meta.get_field(name)
        return sample(field, next(NUMBERS) if name in self.unique else number)

    def body(self, number: int, references: Mapping[str, int], *, full: bool = False) -> dict[str, Any]:
        """Return a body that is accepted, the least or a `full` one; in one of an odd number no flag is the default."""
        names = [name for name, member in self.writable.items() if full or member.required]
        return {name: self.json(name, number, references) for name in names}

    # ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    @property
    def factory(self) -> Any:
        return FACTORIES[self.model]

    def seen_by(self, user: User) -> dict[str, Any]:
        """Return what a row has in the scope's column so that `user` sees it."""
        match self.scope:
            case Owned(column):
                return {column: user}
            case Shared(column, member):
                own = getattr(user, member or column, None)  # a column of the user, unless it is conformance's
                return {column: own or conformance.team_of(user)}
        return {}

    def references(self, user: User, *, unique: bool = False) -> dict[str, int]:
        """Return a row for each foreign key, or for each that must be unique, made so that `user` may name it."""
        found = {}
        for name in self.of_kind(fields.ReferenceField):
            if unique and name not in self.unique:
                continue
            target: Any = self.model._meta.get_field(name).related_model
            other = None if target is User else SUBJECTS_BY_MODEL[target]
            row = user if other is None else other.factory.create(**other.seen_by(user))
            found[name] = row.pk
        return found

    def columns(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the model takes for a body, with what follows from it."""
        values = {name: self.members[name].run_validation(value) for name, value in body.items()}
        follows = self.resource.computed(values, new=True)
        values |= {name: MORNING if hasattr(value, "resolve_expression") else value for name, value in follows.items()}
        return {self.model._meta.get_field(name).attname: value for name, value in values.items()}  # type: ignore[union-attr]

    def row(self, user: User, body: Mapping[str, Any] | None = None, **values: Any) -> Any:
        """Make a row that `user` sees."""
        return self.factory.create(**self.seen_by(user) | self.columns(body or {}) | values)

    def spread(self, user: User, number: int, references: Mapping[str, int], **values: Any) -> Any:
        """Make row `number` of several that share each key, and of which some have none where there may be none."""
        body = self.body(number % 3 * 2, references, full=True)
        for place, name in enumerate(body):
            if self.members[name].allow_null and number % (4 + place % 2) == 0:
                body[name] = None
        times = {
            "created_at": MORNING + timedelta(hours=number % 4),
            "updated_at": MORNING + timedelta(hours=number % 2),
        }
        return self.row(user, body, **times | values)

    # ── Queries ──────────────────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The filters of the query, by name."""
        return dict(self.resource.filter_form().fields)

    def finding(self, body: Mapping[str, Any]) -> dict[str, str]:
        """Return each filter with a value that finds a row of `body`, a full one."""
        found = {}
        for name, each in self.resource.filters.items():
            match each:
                case Search():
                    found[name] = str(body[each.columns[0]])
                case Exact():
                    found[name] = as_query(body[each.column or name])
                case Range():
                    value = as_query(body[each.column or name])
                    if f"{name}_min" in self.parameters:
                        found |= {f"{name}_min": value, f"{name}_max": value}
                    else:
                        last = "9999-12-31" if len(value) == len("2026-12-01") else "9999-12-31T00:00:00Z"
                        found |= {f"{name}_after": value, f"{name}_before": last}
        return found


def as_query(value: Any) -> str:
    """Return a value of a body as a query has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


SUBJECTS = [Subject(resource) for resource in resources()]
#: Marks a test, or a module, that holds for every resource.
every = pytest.mark.parametrize("subject", SUBJECTS, ids=str)
SUBJECTS_BY_MODEL = {subject.model: subject for subject in SUBJECTS}
#: The plainest, which every clone has: for what does not depend on the resource.
PLAIN = SUBJECTS_BY_MODEL[Notice]
#: Those that the service itself has.
SERVED = [subject for subject in SUBJECTS if subject.model._meta.app_label != "conformance"]
PRIVATE = [subject for subject in SUBJECTS if subject.private]
