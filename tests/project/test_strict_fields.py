"""Dates and decimal numbers in JSON: accepted and refused values, responses, and their schema."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from todoproject.api.fields import StrictDateField, StrictDecimalField
from todoproject.api.openapi import StrictDecimal

DATE = "Must be a date (RFC 3339), for example 2026-11-23."
DECIMAL = 'Must be a decimal number in a string, for example "12.50".'


class InvoiceSerializer(serializers.Serializer[Any]):
    """A resource that has both."""

    amount = StrictDecimalField(max_digits=10, decimal_places=2, min_value=Decimal(-5000))
    discount = StrictDecimalField(max_digits=4, decimal_places=2, allow_null=True, default=None)
    copies = StrictDecimalField(max_digits=3, decimal_places=0, required=False)
    due = StrictDateField(allow_null=True, default=None)


def taken(**members: object) -> dict[str, Any]:
    values: dict[str, Any] = InvoiceSerializer().run_validation({"amount": "1", **members})
    return values


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.50", "12.50"), ("12.5", "12.50"), ("12", "12.00"), ("0", "0.00"), ("0.01", "0.01"), ("-12.50", "-12.50"),
        ("99999999.99", "99999999.99"), ("-0", "0.00"), ("-0.00", "0.00"),
    ],
)  # fmt: skip
def test_a_decimal_number_has_exactly_its_places(text: str, number: str) -> None:
    assert str(taken(amount=text)["amount"]) == number


def test_a_decimal_number_may_have_no_places() -> None:
    assert str(taken(copies="12")["copies"]) == "12"


@pytest.mark.parametrize(
    "value", ["12.50\n", "12.50 ", "1_000", "0x10", "007", "-.5", "12.\uff15", "\u221212.50", "12.50\u0000", "\ud800"],
    ids=ascii,
)  # fmt: skip
def test_a_value_that_is_no_decimal_string_is_refused(value: object) -> None:
    """Beside those that tests/api/test_strict_types.py sends."""
    with pytest.raises(ValidationError) as refused:
        taken(amount=value)
    assert refused.value.detail == {"amount": [DECIMAL]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0.001", "Ensure that there are no more than 2 decimal places."),
        ("100000000", "Ensure that there are no more than 8 digits before the decimal point."),
        ("12345678901", "Ensure that there are no more than 10 digits in total."),
        ("1" * 100_000, "String value too large."),
        ("-5000.01", "Ensure this value is greater than or equal to -5000."),
    ],
    ids=lambda text: text[:12],
)
def test_a_decimal_number_with_too_much_of_something_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        taken(amount=text)
    assert refused.value.detail == {"amount": [sentence]}


def test_only_null_is_null() -> None:
    assert taken(discount=None, due=None)["discount"] is None
    for member in ("discount", "due"):
        with pytest.raises(ValidationError):
            taken(**{member: ""})


@pytest.mark.parametrize("text", ["2026-11-23", "0001-01-01", "9999-12-31", "2028-02-29"])
def test_a_date_is_taken(text: str) -> None:
    assert taken(due=text)["due"] == date.fromisoformat(text)


@pytest.mark.parametrize(
    "value", [20261123, 1.5, "2026-335", "2026-11-23 ", "2026-11-23\n", "26-11-23", "-001-01-01", "today"],
    ids=ascii,
)  # fmt: skip
def test_a_value_that_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        taken(due=value)
    assert refused.value.detail == {"due": [DATE]}


def test_both_are_answered_as_text() -> None:
    row = {"amount": Decimal("12.5"), "discount": Decimal("0.1"), "copies": Decimal(100), "due": date(2026, 11, 23)}
    answer = InvoiceSerializer(row).data
    assert answer == {"amount": "12.50", "discount": "0.10", "copies": "100", "due": "2026-11-23"}


@pytest.mark.parametrize(
    ("digits", "places", "pattern"),
    [(10, 2, r"^-?(0|[1-9][0-9]{0,7})(\.[0-9]{1,2})?$"), (3, 0, "^-?(0|[1-9][0-9]{0,2})$")],
)
def test_the_schema_of_a_decimal_number_matches_what_is_accepted(digits: int, places: int, pattern: str) -> None:
    field = StrictDecimalField(max_digits=digits, decimal_places=places)
    found = OpenApiSerializerFieldExtension.get_match(field)
    assert isinstance(found, StrictDecimal)
    schema = found.map_serializer_field(None, "request")
    assert schema == {"type": "string", "format": "decimal", "pattern": pattern}
