"""Todos in the admin: what their fields do not say."""

from django.contrib import admin
from django.db.models import Q
from django.db.models.functions import Now

from todoproject.admin.bulk import setting
from todoproject.admin.resource_admin import ResourceAdmin
from todos.models import Todo


@admin.register(Todo)
class TodoAdmin(ResourceAdmin):
    list_display = ("title", "owner", "state", "due_at", "created_at", "updated_at")
    list_filter = ("owner", "due_at", "created_at")
    actions = (setting("complete", "completed", completed=True), setting("reopen", "reopened", completed=False))
    states = {
        "completed": Q(completed=True),
        "overdue": Q(completed=False, due_at__lt=Now()),
        "open": Q(completed=False),
    }
    tiles = {"open": "open todos", "overdue": "overdue"}
    alarming = ("overdue",)
