"""A resource by declaration: model, serializer, scope, filters and orderings give every operation and every promise.

It is a viewset of Django REST framework.
"""

import builtins
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import IntegrityError
from django.http import HttpResponse
from django.urls import URLPattern, re_path
from rest_framework.request import Request
from rest_framework.viewsets import ViewSetMixin

from todoproject.api import constraints, registry
from todoproject.api.conditional import digest_etag, not_modified, require_no_etag, version_condition, version_etag
from todoproject.api.cursor import position_of
from todoproject.api.declaration import Declaration
from todoproject.api.listing import link_header
from todoproject.api.private import PrivateView, caller_id, json_response
from todoproject.api.query import validated_query
from todoproject.api.renderer import to_json
from todoproject.api.resource_openapi import ResourceSchema
from todoproject.api.searching import bounded_search
from todoproject.idempotency.replay import idempotently

# Nineteen digits are enough for every 64-bit id.
ID = "[1-9][0-9]{0,18}"
PAGING = ("ordering", "limit", "cursor")


class Resource(Declaration, ViewSetMixin, PrivateView):
    """The operations of a resource that a subclass declares; every method may be overridden as a viewset's."""

    schema = ResourceSchema()

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
        body = to_json(self.represented(request, page.rows))
        link = link_header(origin(request) + request.path, page, ordering, filters, repeated)
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
        # A list's ETag is a digest of a page: no WHERE of the DELETE can tell whether it is current.
        require_no_etag(request)
        with self.bounded(request, filters):
            self.rows().clear(caller_id(request), filters)
        return HttpResponse(status=204)

    # ── One row ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def retrieve(self, request: Request, **_key: str) -> HttpResponse:
        """Return the row, or 304 when ``If-None-Match`` names its ETag."""
        row = self.rows().one(caller_id(request), self.row_id())
        return not_modified(request, version_etag(row[self.rows().version])) or self.answer(request, row)

    def update(self, request: Request, *, partial: bool = False, **_key: str) -> HttpResponse:
        """Replace the row; members that are left out get their defaults."""
        changes = self.form(partial=partial).run_validation(request.data)
        condition = version_condition(request)
        return self.answer(request, self.rows().change(caller_id(request), self.row_id(), changes, condition))

    def partial_update(self, request: Request, **key: str) -> HttpResponse:
        """Change the members that are given."""
        return self.update(request, partial=True, **key)

    def destroy(self, request: Request, **_key: str) -> HttpResponse:
        """Delete the row."""
        self.rows().delete(caller_id(request), self.row_id(), version_condition(request))
        return HttpResponse(status=204)

    def handle_exception(self, exc: Exception) -> Any:
        """Answer a constraint's refusal by the constraint's name; tell nothing else of it."""
        if isinstance(exc, IntegrityError):
            deleting = self.request.method == "DELETE"
            exc = constraints.answer_to(exc, type(self), deleting=deleting) or constraints.without_values(exc)
        return super().handle_exception(exc)

    def bounded(self, request: Request, filters: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Bound the cost of a search."""
        return bounded_search(caller_id(request)) if self.searches() & filters.keys() else nullcontext()

    # ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def answer(self, request: Request, row: Any, *, created: bool = False) -> HttpResponse:
        """Return one row with its ETag, and with its ``Location`` if it is new."""
        (body,) = self.represented(request, [row])
        headers = {"ETag": version_etag(row[self.rows().version])}
        if created:
            return json_response(body, status=201, headers=headers | {"Location": body["url"]})
        return json_response(body, headers=headers)

    def represented(self, request: Request, rows: Sequence[Any]) -> "builtins.list[dict[str, Any]]":
        """Return the members of each row.

        In one pass: a list of 200 has no time for a call a row, let alone a field.
        """
        members, root = self.members(), origin(request) + self.path()
        bodies = [dict(zip(members, row)) for row in rows]  # noqa: B905  behind the members are columns of `Rows` alone
        for body in bodies:
            body["url"] = f"{root}/{body['id']}"
        return bodies

    def row_id(self, key: str = "") -> int:
        """Return the id in the address."""
        return int(self.kwargs[key or self.id_name()])


def origin(request: Request) -> str:
    """Return scheme and host, which every absolute address starts with."""
    return f"{request.scheme}://{request.get_host()}"


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
    registry.register(nested, resource.name)
    return [re_path(f"^{path.replace(f'{{{parent}}}', f'(?P<{parent}>{ID})')}/?$", view)]
