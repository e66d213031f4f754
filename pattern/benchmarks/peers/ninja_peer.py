"""django-ninja as its tutorial teaches it: schemas from the model, HttpBearer, an operation a function.

https://django-ninja.dev/tutorial/, …/guides/authentication/#http-bearer, …/guides/response/django-pydantic/,
…/guides/response/#resolvers. No `@paginate`: it would count the rows too.
"""

# Only .venv-pattern has the framework; its todo is a model of another project than that of mypy's Django plugin.
# mypy: disable-error-code="import-not-found, misc, untyped-decorator, no-any-return, attr-defined"

from typing import Any

import jwt
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from ninja import ModelSchema, NinjaAPI, Query
from ninja.security import HttpBearer

from pattern.benchmarks.peers.access_token import caller_of
from pattern.benchmarks.peers.todos.models import Todo


class Bearer(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> int | None:  # noqa: ARG002
        try:
            return caller_of(token)
        except jwt.PyJWTError:
            return None


class TodoOut(ModelSchema):
    url: str

    class Meta:
        model = Todo
        fields = [
            *("id", "title", "description", "completed", "completed_at"),
            *("order", "due_at", "created_at", "updated_at"),
        ]

    @staticmethod
    def resolve_url(todo: Todo, context: dict[str, Any]) -> str:
        return context["request"].build_absolute_uri(f"/todos/{todo.pk}")


api = NinjaAPI(auth=Bearer(), docs_url=None)


@api.get("/todos", response=list[TodoOut])
def list_todos(request: Any, limit: Query[int] = 50) -> QuerySet[Todo]:
    return Todo.objects.filter(owner_id=request.auth)[:limit]


urlpatterns = [path("", api.urls)]
