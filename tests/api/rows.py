"""Arbitrary rows for property tests, by the kinds of the members: values that meet (equal keys, NULL) and edges."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from rest_framework import serializers

from tests.api.client import ApiClient
from tests.sample import Subject
from todoproject.api import fields

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

# What sorts, folds, escapes or encodes in a special way: quotes, LIKE's own characters, control characters, letters
# whose upper case is another byte length, plane 16, and what marks a text in an index where it may be NULL.
LETTERS = "aAbBzZ09 +~%_\\'\"*.()$äÄéÉжЖßıſ\t\x01\x7f\u0301\u200b\uffff\U0001f389\U0010ffff"

moments = st.one_of(
    st.sampled_from([NOON, NOON + timedelta(microseconds=1), NOON + timedelta(days=1)]),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
    st.datetimes(timezones=st.just(UTC)),
)


def texts(characters: int, *, blank: bool) -> Any:
    """Return texts as a column of this length may hold them."""
    some = st.one_of(
        st.sampled_from([text[:characters] for text in ("a", "A", "a ", "aa", "\U0001f389" * characters)]),
        st.text(st.sampled_from(LETTERS), min_size=1, max_size=min(6, characters)),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=characters),
    ).filter(lambda text: text.strip() != "")
    return some | st.just("") if blank else some


def numbers(least: int, most: int) -> Any:
    return st.sampled_from([least, most, max(0, least), 1]) | st.integers(least, most)


def values_of(member: Any) -> Any:
    """Return a strategy for the Python values of a column of this kind."""
    limits: Any = member
    match member:
        case fields.StrictChoiceField():
            found = st.sampled_from(list(member.choices))
        case serializers.BooleanField():
            found = st.booleans()
        case serializers.IntegerField():
            found = numbers(limits.min_value, limits.max_value)
        case serializers.DecimalField():
            places = limits.decimal_places
            most = Decimal(10 ** (limits.max_digits - places)) - Decimal(1).scaleb(-places)
            found = st.sampled_from([Decimal(0), most]) | st.decimals(0, most, places=places)
        case serializers.DateTimeField():
            found = moments
        case serializers.DateField():
            found = st.sampled_from([date.min, date.max, NOON.date()]) | st.dates()
        case _:
            found = texts(limits.max_length, blank=limits.allow_blank)
    return st.none() | found if member.allow_null else found


def rows_of(subject: Subject) -> Any:
    """Return dictionaries of everything but foreign keys, times included."""
    members = {
        name: values_of(member)
        for name, member in subject.writable.items()
        if not isinstance(member, fields.ReferenceField) and name not in subject.unique
    }
    return st.fixed_dictionaries(members | {"created_at": moments, "updated_at": moments})


def replace_rows(api: ApiClient, rows: list[dict[str, Any]]) -> list[Any]:
    """Make `rows` all that the user sees."""
    subject = api.subject
    seen = subject.seen_by(api.user)  # type: ignore[arg-type]  # of a fixture
    subject.model._default_manager.filter(**seen).delete()
    made = []
    for row in rows:
        follows = subject.resource.computed(row, new=True)
        times = {name: NOON if hasattr(value, "resolve_expression") else value for name, value in follows.items()}
        references = api.references
        own = {name: subject.json(name, 0, references) for name in subject.unique if subject.members[name].required}
        made.append(subject.model(**seen, **subject.columns(references | own), **row, **times))
    return list(subject.model._default_manager.bulk_create(made))
