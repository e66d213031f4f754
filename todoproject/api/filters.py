"""The query parameters that narrow a list: each filter names its parameters and their conditions on a row."""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Left
from django.db.models.lookups import GreaterThanOrEqual, IContains, LessThan, LessThanOrEqual
from rest_framework import serializers

from todoproject.api.fields import (
    LARGEST_ID,
    QueryBooleanField,
    QueryIntegerField,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
)
from todoproject.api.ordering import WIDE, sort_key
from todoproject.api.serializers import ResourceSerializer

SEARCH_CHARACTERS = 200
# Of each text. At worst a comparison costs the product of both lengths, and no deadline makes that fast.
SEARCHED_CHARACTERS = 1000
#: A query has texts only: the field for a query instead of the field for a body, where they differ.
IN_A_QUERY: dict[Any, Any] = {
    StrictBooleanField: QueryBooleanField,
    StrictIntegerField: QueryIntegerField,
    StrictChoiceField: serializers.ChoiceField,
}
LIMITS = ("choices", "max_length", "max_digits", "decimal_places", "min_value", "max_value")

Column = Any  # a field of a model
Parameters = dict[str, "serializers.Field[Any, Any, Any, Any]"]


class Filter:
    """One or more query parameters over columns of the model."""

    def parameters(self, model: type[models.Model], name: str) -> Parameters:
        """Return the parameters by their names, for the filter that is declared as `name`."""
        raise NotImplementedError

    def conditions(self, model: type[models.Model], name: str, given: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the conditions on a row of the parameters that are `given`."""
        raise NotImplementedError


@dataclass(frozen=True)
class Exact(Filter):
    """Rows whose `column` (the parameter's own name by default) has this value."""

    column: str = ""

    def parameters(self, model: type[models.Model], name: str) -> Parameters:
        return {name: parameter(model._meta.get_field(self.column or name))}

    def conditions(self, model: type[models.Model], name: str, given: Mapping[str, Any]) -> Iterator[Any]:
        if name in given:
            column: Column = model._meta.get_field(self.column or name)
            yield Q(**{column.attname: given[name]})


@dataclass(frozen=True)
class Range(Filter):
    """Rows between two bounds: ``<name>_after`` and ``<name>_before`` of times, ``<name>_min`` and ``<name>_max``."""

    column: str = ""

    def parameters(self, model: type[models.Model], name: str) -> Parameters:
        column, words = model._meta.get_field(self.column or name), name.replace("_", " ").capitalize()
        bounds = _bounds(column).items()
        return {f"{name}_{end}": parameter(column, help_text=f"{words} {text}") for end, (_, text) in bounds}

    def conditions(self, model: type[models.Model], name: str, given: Mapping[str, Any]) -> Iterator[Any]:
        column: Column = model._meta.get_field(self.column or name)
        # By the expression of the index that sorts by this column; a row without a value is within no bounds.
        key = sort_key(column)
        value: Any = key.expression
        if column.null:  # Django finds no type where a number and its place above all others have two
            value = ExpressionWrapper(value, models.DecimalField() if isinstance(column, WIDE) else column)
        for end, (lookup, _) in _bounds(column).items():
            if f"{name}_{end}" in given:
                yield lookup(value, given[f"{name}_{end}"])
                if column.null and lookup is GreaterThanOrEqual:
                    yield LessThan(value, key.absent)


def _bounds(column: Column) -> dict[str, tuple[Any, str]]:
    """Return both ends of a range, each with its lookup and its words."""
    if not isinstance(column, models.DateField):
        return {"min": (GreaterThanOrEqual, "of this or more."), "max": (LessThanOrEqual, "of this or less.")}
    moment = "moment" if isinstance(column, models.DateTimeField) else "day"
    return {
        "before": (LessThan, "earlier than this."),
        "after": (GreaterThanOrEqual, f"at this {moment} or later."),
    }


class Search(Filter):
    """Rows with this text in the first SEARCHED_CHARACTERS of one of `columns`, upper and lower case alike."""

    def __init__(self, *columns: str) -> None:
        self.columns = columns

    def parameters(self, model: type[models.Model], name: str) -> Parameters:
        *others, last = (column.replace("_", " ") for column in self.columns)
        words = f"{', '.join(others)} or {last}" if others else last
        help_text = f"A part of {words}, upper and lower case alike."
        if any(_is_long(model._meta.get_field(column)) for column in self.columns):
            help_text += f" The first {SEARCHED_CHARACTERS:,} characters are searched."
        return {
            name: StrictCharField(
                required=False, max_length=SEARCH_CHARACTERS, trim_whitespace=False, help_text=help_text
            )
        }

    def conditions(self, model: type[models.Model], name: str, given: Mapping[str, Any]) -> Iterator[Any]:
        if name in given:
            anywhere = Q()
            for column in self.columns:
                is_long = _is_long(model._meta.get_field(column))
                text = Left(column, SEARCHED_CHARACTERS) if is_long else F(column)
                anywhere |= Q(IContains(text, given[name]))
            yield anywhere


def _is_long(column: Column) -> bool:
    return (column.max_length or SEARCHED_CHARACTERS + 1) > SEARCHED_CHARACTERS


def parameter(column: Column, *, help_text: str = "") -> "serializers.Field[Any, Any, Any, Any]":
    """Return the query parameter for a value of this column, with the limits of the member in a body."""
    options: dict[str, Any] = {"required": False} | ({"help_text": help_text} if help_text else {})
    if isinstance(column, models.ForeignKey):
        return QueryIntegerField(min_value=1, max_value=LARGEST_ID, **options)
    given = copy(column)
    given.editable = True  # its limits hold for a query even if no body sets it
    member, limits = ResourceSerializer().build_standard_field(column.name, given)
    options |= {name: limits[name] for name in LIMITS if name in limits}
    if member is StrictCharField:
        options["trim_whitespace"] = False
    field: serializers.Field[Any, Any, Any, Any] = IN_A_QUERY.get(member, member)(**options)
    return field
