"""The history of everything that was changed here, newest first; nobody changes it."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.http import HttpRequest
from django.utils.html import format_html

from todoproject.admin.filters import AutocompleteFilter, DateRangeFilter
from todoproject.admin.model_admin import ReadOnlyModelAdmin


@admin.register(LogEntry)
class HistoryAdmin(ReadOnlyModelAdmin):
    """Users with entries here can be locked but not deleted: the history keeps its names."""

    list_display = ("action_time", "user", "did", "kind", "what", "change")
    list_display_links = None
    list_filter = (("user", AutocompleteFilter), ("action_time", DateRangeFilter), "action_flag")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message")
    search_help_text = "A part of the object's name or of what was changed."
    ordering = ("-id",)
    actions = None

    def __init__(self, model: type[LogEntry], admin_site: admin.AdminSite) -> None:
        """Call Django's "log entries" by their name here; migrations look at what the model says of itself."""
        super().__init__(model, admin_site)
        self.opts.verbose_name, self.opts.verbose_name_plural = "change", "changes"

    @admin.display(description="did")
    def did(self, entry: LogEntry) -> str:
        return str(entry.get_action_flag_display())

    @admin.display(description="kind")
    def kind(self, entry: LogEntry) -> str:
        return entry.content_type.name if entry.content_type else "–"

    @admin.display(description="object")
    def what(self, entry: LogEntry) -> str:
        address = None if entry.is_deletion() else entry.get_admin_url()
        return format_html('<a href="{}">{}</a>', address, entry.object_repr) if address else entry.object_repr

    @admin.display(description="change")
    def change(self, entry: LogEntry) -> str:
        return entry.get_change_message()

    def has_delete_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:  # noqa: ARG002
        return False
