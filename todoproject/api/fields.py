"""Serializer fields that take exactly their JSON type.

Django REST framework's own fields accept the title ``5``, ``"yes"`` for a boolean, ``1e5`` for an amount and a
date-time without zone. Each of those hides a client's mistake until a person reads the data.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.validators import ProhibitSurrogateCharactersValidator

# RFC 3339 §5.6, the `date-time` of OpenAPI. Python's fromisoformat alone also takes week dates and missing zones.
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:[0-5]\d)", re.ASCII)
# Its `full-date`. Python's fromisoformat alone also takes week dates and 20261123.
FULL_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# A JSON number (RFC 8259 §6) without an exponent.
DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)
LARGEST_ID = 2**63 - 1


class StrictCharField(serializers.CharField):
    """A JSON string; numbers and booleans are refused. The base class refuses NUL."""

    default_error_messages = {"invalid": "Must be a string."}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # The parsers of bodies and queries have refused lone surrogates; this validator looks at each character again.
        self.validators = [
            each for each in self.validators if not isinstance(each, ProhibitSurrogateCharactersValidator)
        ]

    def run_validation(self, data: Any = empty) -> Any:
        """Measure the text as it was sent: the `maxLength` of the OpenAPI document knows nothing of trimming."""
        if isinstance(data, str) and self.max_length and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """JSON true or false."""

    default_error_messages = {"invalid": "Must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class QueryBooleanField(serializers.BooleanField):
    """The text ``true`` or ``false`` of a query parameter."""

    default_error_messages = {"invalid": "Must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if data not in ("true", "false"):
            self.fail("invalid")
        return bool(data == "true")


class StrictIntegerField(serializers.IntegerField):
    """A JSON number without fraction or exponent, within `min_value` and `max_value`."""

    default_error_messages = {"invalid": "Must be a whole number."}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class ReferenceField(StrictIntegerField):
    """The id of another row. The statement that writes it decides whether the caller may use that row."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **options)


class StrictChoiceField(serializers.ChoiceField):
    """One of the choices, of exactly its type."""

    default_error_messages = {"invalid_choice": "Must be one of: {choices}."}

    def to_internal_value(self, data: Any) -> Any:
        if self.allow_blank and data == "":
            return data
        if not any(type(choice) is type(data) and choice == data for choice in self.choices):
            self.fail("invalid_choice", choices=", ".join(map(str, self.choices)))
        return data


class QueryIntegerField(serializers.IntegerField):
    """The ASCII digits of a query parameter, within `min_value` and `max_value`, with a sign where that is below 0."""

    default_error_messages = {"invalid": "Must be a whole number."}

    def to_internal_value(self, data: Any) -> int:
        digits = r"-?[0-9]{1,19}" if self.min_value is None or self.min_value < 0 else r"[0-9]{1,19}"
        if not isinstance(data, str) or not re.fullmatch(digits, data):
            self.fail("invalid")
        return int(data)


class ZonedDateTimeField(serializers.DateTimeField):
    """An RFC 3339 date-time with a zone, kept as UTC, between the years 1 and 9999 in UTC."""

    default_error_messages = {
        "invalid": "Must be a date-time with a zone (RFC 3339), for example 2026-11-23T09:00:00Z.",
        "range": "Must lie between the years 1 and 9999 in UTC.",
    }

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not RFC_3339.fullmatch(value):
            self.fail("invalid")
        try:
            moment = datetime.fromisoformat(value.upper())
        except ValueError:
            self.fail("invalid")
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            self.fail("range")


class StrictDateField(serializers.DateField):
    """An RFC 3339 date between the years 1 and 9999."""

    default_error_messages = {"invalid": "Must be a date (RFC 3339), for example 2026-11-23."}

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not FULL_DATE.fullmatch(value):
            self.fail("invalid")
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail("invalid")


class StrictDecimalField(serializers.DecimalField):
    """A decimal number in a JSON string, kept and answered with exactly `decimal_places` of them.

    Many clients read a JSON number as a binary fraction (RFC 8259 §6), in which 0.1 has no exact place.
    """

    default_error_messages = {"invalid": 'Must be a decimal number in a string, for example "12.50".'}

    def __init__(self, *, max_digits: int, decimal_places: int, **options: Any) -> None:
        super().__init__(max_digits, decimal_places, **options)
        fraction = rf"(\.[0-9]{{1,{decimal_places}}})?" if decimal_places else ""
        #: What fits, as a regular expression of ECMA-262.
        self.pattern = rf"^-?(0|[1-9][0-9]{{0,{max_digits - decimal_places - 1}}}){fraction}$"

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Accept null alone as null; the base class also accepts an empty string."""
        return serializers.Field.validate_empty_values(self, data)

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not DECIMAL.fullmatch(data):
            self.fail("invalid")
        value = super().to_internal_value(data)
        return value or value.copy_abs()  # PostgreSQL knows no -0.00
