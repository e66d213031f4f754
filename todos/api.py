"""Todos over HTTP: `/todos` and `/todos/{todo_id}`."""

from todoproject.api.filters import Exact, Range, Search
from todoproject.api.resource import Resource, resource_urls
from todoproject.api.scope import Owned
from todoproject.api.serializers import ResourceSerializer
from todos.models import Todo
from todos.services import completion


class TodoSerializer(ResourceSerializer):
    """A todo. Read-only and unknown members of a request are ignored."""

    class Meta:
        model = Todo
        fields = (
            "id",
            "url",
            "title",
            "description",
            "completed",
            "completed_at",
            "order",
            "due_at",
            "created_at",
            "updated_at",
        )
        extra_kwargs = {"completed_at": {"help_text": "Set and cleared with `completed`."}}


class Todos(Resource):
    """The caller's own todos."""

    serializer = TodoSerializer
    scope = Owned("owner")
    filters = {"completed": Exact(), "due": Range("due_at"), "q": Search("title", "description")}
    orderings = ("created_at", "updated_at", "due_at", "order", "title")
    computed = staticmethod(completion)
    example = {
        "title": "Order new badges",
        "description": "Twelve, with the new logo.",
        "order": 1,
        "due_at": "2026-12-01T09:00:00Z",
    }


urlpatterns = resource_urls("todos", Todos)
