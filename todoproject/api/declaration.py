"""The declaration of a resource, and the parts that follow from it, each made once.

docs/your-own-fields.md says what may be declared.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.text import camel_case_to_spaces
from rest_framework import serializers

from todoproject.api import registry
from todoproject.api.fields import QueryIntegerField, StrictCharField
from todoproject.api.filters import Filter, Search
from todoproject.api.ordering import Ordering, orderings_of
from todoproject.api.rows import Rows
from todoproject.api.scope import Scope
from todoproject.api.serializers import ResourceSerializer

if TYPE_CHECKING:
    Form = serializers.Serializer[Any]

# A limit that people can remember, and that leaves room for spaces and for members that are ignored.
BODY_STEP = 16 * 1024
BYTES_A_CHARACTER = 12  # an elephant in escapes: \ud83d\udc18
BYTES_OF_ANOTHER_VALUE = 64 * BYTES_A_CHARACTER
MOST_ROWS = 200


class Declaration:
    """The attributes that a subclass sets."""

    serializer: ClassVar[type[ResourceSerializer]]
    #: Whose rows a caller sees: `Owned`, `Shared` or `Everyone`.
    scope: ClassVar[Scope]
    #: Query parameters that narrow a list, and what DELETE of the collection deletes.
    filters: ClassVar[Mapping[str, Filter]] = {}
    #: Columns that a list may be sorted by, each with a `PageIndex` on the model.
    orderings: ClassVar[tuple[str, ...]] = ("created_at",)
    default_ordering: ClassVar[str] = "-created_at"
    #: For each foreign key to a user: whom it may name, as a scope of users, for example ``Everyone()``.
    references: ClassVar[Mapping[str, Scope]] = {}
    #: Values of members for the examples of the OpenAPI document, where a value by kind says too little.
    example: ClassVar[Mapping[str, Any]] = {}

    #: Set by `resource_urls`: the plural in addresses, and for a nested list the foreign key to its parent.
    name: Any = ""
    parent: ClassVar[str] = ""
    model: ClassVar[type[Model]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "serializer" in vars(cls):
            cls.model = cls.serializer.Meta.model

    @staticmethod
    def computed(changes: Mapping[str, Any], *, new: bool) -> Mapping[str, Any]:  # noqa: ARG004  for subclasses
        """Return the columns that follow from a write, by name: values, or expressions over the row before it.

        `changes` are the validated members, all of them for a `new` row. Expressions that stay the same from call to
        call (a constant of a module) keep the statement of a POST made once.
        """
        return {}

    @classmethod
    @cache
    def form(cls, *, partial: bool = False) -> ResourceSerializer:
        """Return the serializer that checks a body; it keeps no data."""
        return cls.serializer(partial=partial)

    @classmethod
    @cache
    def members(cls) -> tuple[str, ...]:
        """Return the members of an answer."""
        return tuple(cls.form().fields)

    @classmethod
    @cache
    def max_body_bytes(cls) -> int:
        """Return the largest size of a body: each member at its longest, all of it emoji in ASCII.

        An emoji takes twelve bytes, two surrogates as ``\\ud83d\\ude00``; many clients do not write UTF-8.
        """
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        longest = 0
        for field in cls.form().fields.values():
            if isinstance(field, StrictCharField):
                longest += BYTES_A_CHARACTER * (field.max_length or most)
            else:
                longest += BYTES_OF_ANOTHER_VALUE
        return min(most, -(-longest // BODY_STEP) * BODY_STEP)

    @classmethod
    @cache
    def filter_form(cls) -> "Form":
        """Return the serializer that checks the query of DELETE on the collection."""
        fields: dict[str, Any] = {}
        for name, each in cls.filters.items():
            fields |= each.parameters(cls.model, name)
        form: Form = type(f"{cls.__name__}Filter", (serializers.Serializer,), fields)()
        return form

    @classmethod
    @cache
    def query_form(cls) -> "Form":
        """Return the serializer that checks the query of a list."""
        paging = {
            "ordering": serializers.ChoiceField(
                choices=list(cls.sorted_by()), default=cls.default_ordering, help_text="`-` turns it round."
            ),
            "limit": QueryIntegerField(
                min_value=1, max_value=MOST_ROWS, default=50, help_text="How many rows a page has at most."
            ),
            "cursor": StrictCharField(required=False, help_text="From a `Link` header; opaque."),
        }
        form: Form = type(f"{cls.__name__}Query", (type(cls.filter_form()),), paging)()
        return form

    @classmethod
    @cache
    def searches(cls) -> frozenset[str]:
        """Return the names of the filters that search."""
        return frozenset(name for name, each in cls.filters.items() if isinstance(each, Search))

    @classmethod
    @cache
    def sorted_by(cls) -> dict[str, Ordering]:
        """Return both directions of every ordering, by the name that a request gives."""
        return orderings_of(cls.model, cls.orderings)

    @classmethod
    @cache
    def rows(cls) -> Rows:
        """Return the reads and writes of this resource."""
        return Rows(cls)

    @classmethod
    @cache
    def path(cls) -> str:
        """Return the path of the collection."""
        return reverse(cls.name)

    @classmethod
    def id_name(cls) -> str:
        """Return the name of a row's id in its address: ``work_order_id``."""
        return f"{camel_case_to_spaces(cls.model.__name__).replace(' ', '_')}_id"

    @classmethod
    def reference_scope(cls, column: Any) -> Scope:
        """Return the scope of the rows that a foreign key may name."""
        if column.name in cls.references:
            return cls.references[column.name]
        target = registry.resource_of(column.related_model)
        assert target, f"todoproject.api.checks refuses {column}"  # noqa: S101  # nosec B101
        return target.scope
