"""Arbitrary todos for property tests: values that meet (equal keys, NULL) and values at the edges of the allowed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from todoproject.accounts.models import User
from todos.models import Todo

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

# What sorts, folds, escapes or encodes in a special way: quotes, LIKE's own characters, control characters, letters
# whose upper case is another byte length, plane 16.
LETTERS = "aAbBzZ09 %_\\'\"*.()$äÄéÉжЖßıſ\t\x01\x7f\u0301\u200b\uffff\U0001f389\U0010ffff"

moments = st.one_of(
    st.sampled_from([NOON, NOON + timedelta(microseconds=1), NOON + timedelta(days=1)]),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
    st.datetimes(timezones=st.just(UTC)),
)
numbers = st.one_of(
    st.sampled_from([0, 1, -1, -(2**31), 2**31 - 1]), st.integers(min_value=-(2**31), max_value=2**31 - 1)
)
titles = st.one_of(
    st.sampled_from(["a", "A", "a ", "aa", "\U0001f389" * 200]),
    st.text(st.sampled_from(LETTERS), min_size=1, max_size=6),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200),
).filter(lambda title: title.strip() != "")

todo_values = st.fixed_dictionaries(
    {
        "title": titles,
        "description": st.one_of(st.just(""), st.text(st.sampled_from(LETTERS), max_size=6)),
        "completed": st.booleans(),
        "order": st.none() | numbers,
        "due_at": st.none() | moments,
        "created_at": moments,
        "updated_at": moments,
    }
)


def replace_todos(owner: User, rows: list[dict[str, Any]]) -> list[Todo]:
    """Make `rows` all that `owner` has."""
    Todo.objects.filter(owner=owner).delete()
    return Todo.objects.bulk_create(
        Todo(owner=owner, completed_at=NOON if row["completed"] else None, **row) for row in rows
    )
