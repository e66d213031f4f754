"""The HTTP of the resource: what a request says is read here, what it means is decided in services and filters."""

from functools import cache

from django.http import HttpResponse
from django.urls import reverse
from rest_framework.request import Request

from todoproject.api.conditional import digest_etag, not_modified, require_no_etag, version_condition, version_etag
from todoproject.api.cursor import position_of
from todoproject.api.links import link_header
from todoproject.api.query import validated_query
from todoproject.api.renderer import to_json
from todoproject.api.resource import PrivateResource, caller_id, json_response
from todoproject.idempotency.replay import idempotently
from todos import openapi, selectors, services
from todos.filters import todos_of
from todos.models import Todo
from todos.ordering import ORDERINGS
from todos.serializers import TodoFilter, TodoQuery, TodoSerializer, filters_of, representation

# Made once: a serializer copies its fields when it is made, and checks data without keeping any.
TODO_QUERY, TODO_FILTER = TodoQuery(), TodoFilter()
NEW_TODO, CHANGED_TODO = TodoSerializer(), TodoSerializer(partial=True)


def root_url(request: Request) -> str:
    """Return the absolute address of the collection, which every todo's own address starts with."""
    return f"{request.scheme}://{request.get_host()}{collection_path()}"


@cache
def collection_path() -> str:
    return reverse("todos")


def todo_response(request: Request, todo: Todo, *, created: bool = False) -> HttpResponse:
    """Return one todo with its ETag, and with its ``Location`` if it is new."""
    body = representation(todo, root_url(request))
    headers = {"ETag": version_etag(todo.version)}
    if created:
        return json_response(body, status=201, headers=headers | {"Location": body["url"]})
    return json_response(body, headers=headers)


class TodoList(PrivateResource):
    """All todos of the caller."""

    @openapi.listed
    def get(self, request: Request) -> HttpResponse:
        """Return a page of the caller's todos as an array; ``Link`` leads to its neighbours."""
        query = validated_query(request, TODO_QUERY)
        filters, ordering = filters_of(query), ORDERINGS[query["ordering"]]
        position = position_of(query["cursor"], ordering.name, filters) if "cursor" in query else None
        page = selectors.PAGES.page(caller_id(request), filters, ordering, position, query["limit"])
        root = root_url(request)
        body = to_json([representation(todo, root) for todo in page.rows])
        link = link_header(request, root, page, ordering, filters)
        etag = digest_etag(body, link.encode())
        headers = {"ETag": etag} | ({"Link": link} if link else {})
        return not_modified(request, etag) or HttpResponse(body, content_type="application/json", headers=headers)

    @openapi.created
    def post(self, request: Request) -> HttpResponse:
        """Create a todo; with an ``Idempotency-Key`` at most once."""
        return idempotently(request, lambda: self._create(request))

    def _create(self, request: Request) -> HttpResponse:
        values = NEW_TODO.run_validation(request.data)
        todo = services.todo_create(owner_id=caller_id(request), values=values)
        return todo_response(request, todo, created=True)

    @openapi.cleared
    def delete(self, request: Request) -> HttpResponse:
        """Delete the caller's todos that match the filters; all of them without any."""
        filters = validated_query(request, TODO_FILTER)
        # The list's ETag is a digest of a page as it was sent: no WHERE of the DELETE can tell whether it is current.
        require_no_etag(request)
        services.todos_delete(owner_id=caller_id(request), rows=todos_of(caller_id(request), filters))
        return HttpResponse(status=204)


class TodoDetail(PrivateResource):
    """One todo of the caller; anybody else's is not found."""

    @openapi.retrieved
    def get(self, request: Request, todo_id: str) -> HttpResponse:
        """Return the todo, or 304 when ``If-None-Match`` names its ETag."""
        todo = selectors.todo(owner_id=caller_id(request), todo_id=int(todo_id))
        return not_modified(request, version_etag(todo.version)) or todo_response(request, todo)

    @openapi.replaced
    def put(self, request: Request, todo_id: str) -> HttpResponse:
        """Replace the todo; members that are left out get their defaults."""
        return self._change(request, int(todo_id), NEW_TODO)

    @openapi.patched
    def patch(self, request: Request, todo_id: str) -> HttpResponse:
        """Change the members that are given."""
        return self._change(request, int(todo_id), CHANGED_TODO)

    def _change(self, request: Request, todo_id: int, form: TodoSerializer) -> HttpResponse:
        changes = form.run_validation(request.data)
        todo = services.todo_change(
            owner_id=caller_id(request),
            todo_id=todo_id,
            changes=changes,
            condition=version_condition(request),
        )
        return todo_response(request, todo)

    @openapi.deleted
    def delete(self, request: Request, todo_id: str) -> HttpResponse:
        """Delete the todo."""
        services.todo_delete(owner_id=caller_id(request), todo_id=int(todo_id), condition=version_condition(request))
        return HttpResponse(status=204)
