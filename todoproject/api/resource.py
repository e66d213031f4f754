"""A resource by declaration: model, serializer, scope, filters and orderings give every operation and every promise.

It is a viewset of Django REST framework; docs/your-own-fields.md says what may be declared.
"""

import builtins
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Model
from django.http import HttpResponse
from django.urls import URLPattern, re_path, reverse
from django.utils.text import camel_case_to_spaces
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.viewsets import ViewSetMixin

from todoproject.api import constraints, registry
from todoproject.api.conditional import digest_etag, not_modified, require_no_etag, version_condition, version_etag
from todoproject.api.cursor import position_of
from todoproject.api.fields import QueryIntegerField, StrictCharField
from todoproject.api.filters import Filter, Search
from todoproject.api.links import link_header
from todoproject.api.ordering import Ordering, orderings_of
from todoproject.api.private import PrivateView, caller_id, json_response
from todoproject.api.query import validated_query
from todoproject.api.renderer import to_json
from todoproject.api.resource_openapi import ResourceSchema
from todoproject.api.rows import Rows
from todoproject.api.scope import Scope
from todoproject.api.searching import bounded_search
from todoproject.api.serializers import ResourceSerializer
from todoproject.idempotency.replay import idempotently

if TYPE_CHECKING:
    Form = serializers.Serializer[Any]

# Nineteen digits reach past every 64-bit id; nothing is found beyond, and more of them are no id.
ID = "[1-9][0-9]{0,18}"
# A limit that people can remember, and that leaves room for spaces and for members that are ignored.
BODY_STEP = 16 * 1024
BYTES_A_CHARACTER = 12  # an elephant in escapes: \ud83d\udc18
MOST_BODY_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
MOST_ROWS = 200
PAGING = ("ordering", "limit", "cursor")


class Resource(ViewSetMixin, PrivateView):
    """A resource from the declarations of a subclass; every method may be overridden as a viewset's."""

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

    #: Given by `resource_urls`: the plural in addresses, and for a nested list the foreign key to its parent.
    name: Any = ""
    model: ClassVar[type[Model]]
    parent: ClassVar[str] = ""

    schema = ResourceSchema()

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

    # ── The collection ───────────────────────────────────────────────────────────────────────────────────────────────
    def list(self, request: Request, **_key: str) -> HttpResponse:
        """Return a page as an array; ``Link`` leads to its neighbours."""
        query, repeated = validated_query(request, self.query_form())
        filters = {name: value for name, value in query.items() if name not in PAGING}
        ordering = self.sorted_by()[query["ordering"]]
        position = position_of(query["cursor"], ordering.name, filters) if "cursor" in query else None
        fixed = {"caller": caller_id(request)}
        if self.parent:
            fixed["parent"] = self.row_id(self.parent)
        with self.bounded(request, filters):
            page = self.rows().listing.page(fixed, filters, ordering, position, query["limit"])
        root = self.root(request)
        body = to_json(self.represented(page.rows, root))
        listed = request.build_absolute_uri(request.path.rstrip("/")) if self.parent else root
        link = link_header(listed + "/" * request.path.endswith("/"), page, ordering, filters, repeated)
        etag = digest_etag(body, link.encode())
        headers = {"ETag": etag} | ({"Link": link} if link else {})
        return not_modified(request, etag) or HttpResponse(body, content_type="application/json", headers=headers)

    def create(self, request: Request) -> HttpResponse:
        """Create a row; with an ``Idempotency-Key`` at most once."""

        def created() -> HttpResponse:
            values = self.form().run_validation(request.data)
            return self.answer(request, self.rows().create(caller_id(request), values), created=True)

        return idempotently(request, created)

    def clear(self, request: Request) -> HttpResponse:
        """Delete the rows that match the filters; all of them without any."""
        filters, _ = validated_query(request, self.filter_form())
        # The list's ETag is a digest of a page as it was sent: no WHERE of the DELETE can tell whether it is current.
        require_no_etag(request)
        with self.bounded(request, filters):
            self.rows().clear(caller_id(request), filters)
        return HttpResponse(status=204)

    # ── One row ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def retrieve(self, request: Request, **_key: str) -> HttpResponse:
        """Return the row, or 304 when ``If-None-Match`` names its ETag."""
        row = self.rows().one(caller_id(request), self.row_id())
        return not_modified(request, version_etag(row[self.rows().version])) or self.answer(request, row)

    def update(self, request: Request, **_key: str) -> HttpResponse:
        """Replace the row; members that are left out get their defaults."""
        return self._change(request, partial=False)

    def partial_update(self, request: Request, **_key: str) -> HttpResponse:
        """Change the members that are given."""
        return self._change(request, partial=True)

    def _change(self, request: Request, *, partial: bool) -> HttpResponse:
        changes = self.form(partial=partial).run_validation(request.data)
        condition = version_condition(request)
        return self.answer(request, self.rows().change(caller_id(request), self.row_id(), changes, condition))

    def destroy(self, request: Request, **_key: str) -> HttpResponse:
        """Delete the row."""
        self.rows().delete(caller_id(request), self.row_id(), version_condition(request))
        return HttpResponse(status=204)

    def handle_exception(self, exc: Exception) -> Any:
        """Answer what a constraint refuses by the constraint's name; nothing else of it is told."""
        if isinstance(exc, IntegrityError):
            deleting = self.request.method == "DELETE"
            exc = constraints.answer_to(exc, type(self), deleting=deleting) or constraints.without_values(exc)
        return super().handle_exception(exc)

    def bounded(self, request: Request, filters: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Bound what the filters may cost."""
        return bounded_search(caller_id(request)) if self.searches() & filters.keys() else nullcontext()

    # ── What they are made of ────────────────────────────────────────────────────────────────────────────────────────
    def answer(self, request: Request, row: Any, *, created: bool = False) -> HttpResponse:
        """Return one row with its ETag, and with its ``Location`` if it is new."""
        (body,) = self.represented([row], self.root(request))
        headers = {"ETag": version_etag(row[self.rows().version])}
        if created:
            return json_response(body, status=201, headers=headers | {"Location": body["url"]})
        return json_response(body, headers=headers)

    @classmethod
    def represented(cls, rows: Sequence[Any], root: str) -> "builtins.list[dict[str, Any]]":
        """Return the members of each row below the collection's address `root`.

        In one pass: a list of 200 has no time for a call a row, let alone a field.
        """
        members = cls.members()
        bodies = [dict(zip(members, row)) for row in rows]  # noqa: B905  behind the members are columns of `Rows` alone
        for body in bodies:
            body["url"] = f"{root}/{body['id']}"
        return bodies

    def row_id(self, key: str = "") -> int:
        """Return the id in the address."""
        return int(self.kwargs[key or self.id_name()])

    def root(self, request: Request) -> str:
        """Return the absolute address of the collection, which every row's own address starts with."""
        return f"{request.scheme}://{request.get_host()}{self.path()}"

    # Each made once: a serializer copies its fields when it is made, and checks data without keeping any.
    @classmethod
    @cache
    def form(cls, *, partial: bool = False) -> ResourceSerializer:
        """Return the serializer that checks a body."""
        return cls.serializer(partial=partial)

    @classmethod
    @cache
    def max_body_bytes(cls) -> int:
        """Return how large a body may be: every member at its longest, each character as JSON in ASCII writes an emoji.

        That is twelve bytes, two surrogates as ``\\ud83d\\ude00``; many clients do not write UTF-8.
        """
        if any(isinstance(field, StrictCharField) and not field.max_length for field in cls.form().fields.values()):
            return MOST_BODY_BYTES
        longest = sum(
            BYTES_A_CHARACTER * (getattr(field, "max_length", None) or 64) for field in cls.form().fields.values()
        )
        return min(MOST_BODY_BYTES, -(-longest // BODY_STEP) * BODY_STEP)

    @classmethod
    @cache
    def filter_form(cls) -> "Form":
        """Return what checks the query of DELETE on the collection."""
        fields: dict[str, Any] = {}
        for name, each in cls.filters.items():
            fields |= each.parameters(cls.model, name)
        form: Form = type(f"{cls.__name__}Filter", (serializers.Serializer,), fields)()
        return form

    @classmethod
    @cache
    def searches(cls) -> frozenset[str]:
        """Return the names of the filters that search."""
        return frozenset(name for name, each in cls.filters.items() if isinstance(each, Search))

    @classmethod
    @cache
    def query_form(cls) -> "Form":
        """Return what checks the query of a list."""
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
    def sorted_by(cls) -> dict[str, Ordering]:
        """Return both directions of every ordering, by the name that a request gives."""
        return orderings_of(cls.model, cls.orderings)

    @classmethod
    @cache
    def rows(cls) -> Rows:
        """Return the reads and writes of this resource."""
        return Rows(cls, cls.parent)

    @classmethod
    @cache
    def members(cls) -> tuple[str, ...]:
        """Return the members of an answer."""
        return tuple(cls.form().fields)

    @classmethod
    def id_name(cls) -> str:
        """Return what the address of one row calls its id: ``work_order_id``."""
        return f"{camel_case_to_spaces(cls.model.__name__).replace(' ', '_')}_id"

    @classmethod
    def reference_scope(cls, column: Any) -> Scope:
        """Return whom or what a foreign key may name."""
        if column.name in cls.references:
            return cls.references[column.name]
        target = registry.resource_of(column.related_model)
        assert target, f"todoproject.api.checks refuses {column}"  # noqa: S101  # nosec B101
        return target.scope

    @classmethod
    @cache
    def path(cls) -> str:
        """Return the path of the collection."""
        return reverse(cls.name)


def resource_urls(name: str, resource: type[Resource]) -> list[URLPattern]:
    """Return the addresses `/name` and `/name/{id}` of a resource, with and without a slash at the end; register it."""
    key = f"(?P<{resource.id_name()}>{ID})"
    actions: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
    collection = resource.as_view({"get": "list", "post": "create", "delete": "clear"})
    patterns = [
        re_path(f"^{name}/?$", collection, name=name),
        re_path(f"^{name}/{key}/?$", resource.as_view(actions), name=f"{name}-detail"),
    ]
    registry.register(resource, name)
    return patterns


def nested_urls(
    path: str, resource: type[Resource], *, orderings: tuple[str, ...] = ("created_at",)
) -> list[URLPattern]:
    """Return the address of a list below a parent: ``customers/{customer}/work-orders``, by the foreign key `customer`.

    Its `orderings` need a `PageIndex` each that begins with the foreign key. Call it behind `resource_urls`.
    """
    (parent,) = re.findall(r"{(\w+)}", path)
    name = f"{parent.title().replace('_', '')}{resource.__name__}"
    nested: Any = type(name, (resource,), {"parent": parent, "orderings": orderings, "__doc__": resource.__doc__})
    view = nested.as_view({"get": "list"})
    nested.name = resource.name
    registry.register_nested(nested)
    return [re_path(f"^{path.replace(f'{{{parent}}}', f'(?P<{parent}>{ID})')}/?$", view)]
