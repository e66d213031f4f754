"""`/todos` and `/todos/` are one resource, without a redirect between them."""

from django.urls import re_path

from todos.views import TodoDetail, TodoList

urlpatterns = [
    re_path(r"^todos/?$", TodoList.as_view(), name="todos"),
    # Nineteen digits reach past every 64-bit id; Django finds nothing beyond, and more of them are no id.
    re_path(r"^todos/(?P<todo_id>[1-9][0-9]{0,18})/?$", TodoDetail.as_view(), name="todo"),
]
