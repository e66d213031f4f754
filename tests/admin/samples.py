"""Valid values of a model's fields by their kind, as a form or a model takes them."""

from datetime import date, timedelta
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import BooleanField, DateField, DateTimeField, DecimalField, Field, IntegerField, Model

FIRST_DAY = date(2026, 12, 1)


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


def sample_of(model: type[Model], number: int = 0) -> dict[str, Any]:
    """Return a value of each field that a client must give, but for its foreign keys."""
    return {field.name: sample(field, number) for field in writable(model) if is_required(field)}


def writable(model: type[Model]) -> "list[Field[Any, Any]]":
    """Return the fields that a person or a client writes, without the foreign keys."""
    fields = model._meta.concrete_fields
    return [field for field in fields if field.editable and not (field.primary_key or field.is_relation)]


def is_required(field: "Field[Any, Any]") -> bool:
    return not (field.null or field.blank or field.has_default() or field.has_db_default())


def _within(field: "Field[Any, Any]", number: int) -> int:
    """Return `number`, moved between the limits that the field's validators set."""
    lowest = [one.limit_value for one in field.validators if isinstance(one, MinValueValidator)]
    highest = [one.limit_value for one in field.validators if isinstance(one, MaxValueValidator)]
    return int(min([max([number, *lowest]), *highest]))
