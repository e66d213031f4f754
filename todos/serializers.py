"""What a client may send, and the JSON it gets."""

from datetime import datetime
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from todoproject.api.fields import (
    QueryBooleanField,
    QueryIntegerField,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    ZonedDateTimeField,
)
from todos.models import DESCRIPTION_CHARACTERS, TITLE_CHARACTERS, Todo
from todos.ordering import ORDERINGS


class TodoSerializer(serializers.Serializer[Todo]):
    """A todo. Read-only and unknown members of a request are ignored."""

    id = serializers.IntegerField(read_only=True)
    url = serializers.URLField(read_only=True, help_text="The address of this todo.")
    title = StrictCharField(
        max_length=TITLE_CHARACTERS,
        help_text="Surrounding white space is cut.",
        # Refused as blank already; this says so in the OpenAPI document.
        validators=[RegexValidator(r"\S")],
    )
    description = StrictCharField(
        max_length=DESCRIPTION_CHARACTERS, allow_blank=True, trim_whitespace=False, default=""
    )
    completed = StrictBooleanField(default=False)
    completed_at = ZonedDateTimeField(read_only=True, allow_null=True, help_text="Set and cleared with `completed`.")
    order = StrictIntegerField(min_value=-(2**31), max_value=2**31 - 1, allow_null=True, default=None)
    due_at = ZonedDateTimeField(allow_null=True, default=None)
    created_at = ZonedDateTimeField(read_only=True)
    updated_at = ZonedDateTimeField(read_only=True)

    def to_representation(self, todo: Todo) -> dict[str, Any]:
        """Return the members; the context has the address of the collection as `root`."""
        return representation(todo, self.context["root"])


def representation(todo: Any, root: str) -> dict[str, Any]:
    """Return the members of a todo, or of a row of one, below the collection's address `root`.

    In one pass: a list of 200 has no time for a method call a field.
    """
    return {
        "id": todo.id,
        "url": f"{root}/{todo.id}",
        "title": todo.title,
        "description": todo.description,
        "completed": todo.completed,
        "completed_at": todo.completed_at,
        "order": todo.order,
        "due_at": todo.due_at,
        "created_at": todo.created_at,
        "updated_at": todo.updated_at,
    }


class TodoFilter(serializers.Serializer[dict[str, Any]]):
    """Which todos are meant: every parameter narrows."""

    completed = QueryBooleanField(required=False)
    due_before = ZonedDateTimeField(required=False, help_text="Due earlier than this.")
    due_after = ZonedDateTimeField(required=False, help_text="Due at this moment or later.")
    q = StrictCharField(
        required=False,
        max_length=200,
        trim_whitespace=False,
        help_text="A part of title or description, upper and lower case alike.",
    )


class TodoQuery(TodoFilter):
    """Which todos, in which order, which page."""

    ordering = serializers.ChoiceField(choices=list(ORDERINGS), default="-created_at")
    limit = QueryIntegerField(min_value=1, max_value=200, default=50)
    cursor = StrictCharField(required=False, help_text="From a `Link` header; opaque.")


PAGING = ("ordering", "limit", "cursor")


def filters_of(query: dict[str, Any]) -> dict[str, bool | str | datetime]:
    """Return what of a validated query narrows the rows."""
    return {name: value for name, value in query.items() if name not in PAGING}
