"""What all our lists in the admin have in common: they stay quick however long they get."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from todoproject.admin.checked_input import CheckedInputModelAdmin
from todoproject.admin.paginator import BoundedPaginator


class OperationsModelAdmin(CheckedInputModelAdmin):
    """Counts no further than anybody reads, and deletes one at a time.

    Django's page that asks before many are deleted lists each of them with all that depends on it, and sends a field
    for each: with more than 1,000 it cannot be answered.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    @property
    def media(self) -> Media:
        """Return Django's scripts and styles of a list or form, and those of the filters of ours."""
        return super().media + AutocompleteSelect(None, self.admin_site).media

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Call the list by what it lists; Django's heading is "Select … to change"."""
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_actions(self, request: HttpRequest, *where: Any) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request, *where)
        actions.pop("delete_selected", None)
        return actions


class ReadOnlyModelAdmin(OperationsModelAdmin):
    """For rows that the service writes: shown, at most acted on, never written by a form."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  the signatures are Django's
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False
