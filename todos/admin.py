"""Todos in the admin."""

from typing import TYPE_CHECKING

from django.contrib import admin

from todos.models import Todo

if TYPE_CHECKING:
    TodoModelAdmin = admin.ModelAdmin[Todo]
else:
    TodoModelAdmin = admin.ModelAdmin


@admin.register(Todo)
class TodoAdmin(TodoModelAdmin):
    """Search, filter and look; the rules of a change come with the operations part of the admin."""

    list_display = ("title", "owner", "completed", "due_at", "created_at")
    list_filter = ("completed", "due_at", "created_at")
    list_select_related = ("owner",)
    search_fields = ("title", "description", "owner__username")
    autocomplete_fields = ("owner",)
    readonly_fields = ("completed_at", "created_at", "updated_at", "version")
    show_full_result_count = False
