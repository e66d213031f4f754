"""Django REST framework as its tutorial teaches it: hyperlinked serializer, view set, router, page numbers.

https://www.django-rest-framework.org/tutorial/quickstart/, …/tutorial/5-relationships-and-hyperlinked-apis/,
…/tutorial/6-viewsets-and-routers/, …/api-guide/authentication/#custom-authentication,
…/api-guide/pagination/#pagenumberpagination. Renderers are the default ones.
"""

# Its todo is a model of another project than that of mypy's Django plugin.
# mypy: disable-error-code="no-any-return, attr-defined"

from typing import Any

from django.db.models import QuerySet
from django.urls import include, path
from rest_framework import serializers, viewsets
from rest_framework.routers import DefaultRouter

from pattern.benchmarks.peers.todos.models import Todo


class TodoSerializer(serializers.HyperlinkedModelSerializer[Todo]):
    class Meta:
        model = Todo
        fields = [
            *("id", "url", "title", "description", "completed", "completed_at"),
            *("order", "due_at", "created_at", "updated_at"),
        ]


class TodoViewSet(viewsets.ModelViewSet[Todo]):
    serializer_class = TodoSerializer

    def get_queryset(self) -> QuerySet[Todo]:
        return Todo.objects.filter(owner_id=self.request.user.id)

    def perform_create(self, serializer: Any) -> None:
        serializer.save(owner_id=self.request.user.id)


router = DefaultRouter(trailing_slash=False)
router.register("todos", TodoViewSet, basename="todo")
urlpatterns = [path("", include(router.urls))]
