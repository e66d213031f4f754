"""What somebody types into an address of the admin, or sends without its forms, is his mistake and not a fault of ours.

Django checks what its forms bring. Where it takes other values as they are, they are looked at here before it would
raise; an exception of our own code stays what it is, a 500 with its traceback.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
else:
    AnyModelAdmin = admin.ModelAdmin


class CheckedChangeList(ChangeList):
    """Leads back to the whole list from lookups that mean nothing, also those that show only when they are asked.

    Django takes every lookup of a field in the address: ``?title=%00``, ``?title__regex=(``, ``?due_at__year=0``,
    ``?id__range=1``.
    """

    lookups: dict[str, Any]

    def get_filters(self, request: HttpRequest) -> Any:
        """Return Django's filters, and remember the lookups that belong to none of them."""
        found = super().get_filters(request)
        self.lookups = found[2]
        return found

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except (DataError, IndexError, ValueError) as error:
            if not self.lookups:
                raise
            raise IncorrectLookupParameters(error) from error


class CheckedAutocompleteSelect(AutocompleteSelect):
    """Shows nothing as chosen where what was sent is no key; Django's own would look for it."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        return super().optgroups(name, [key for key in value if is_key(self.field.target_field, key)], attr)


class CheckedInputModelAdmin(AnyModelAdmin):
    """A mixin for every ModelAdmin of ours."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002  Django's
        return CheckedChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as Django does; no text of PostgreSQL has a NUL in it, and the autocomplete passes one on."""
        return super().get_search_results(request, queryset.none() if "\0" in search_term else queryset, search_term)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002  Django's
        """Begin empty: no page of ours fills in a new form by its address, which Django would not check."""
        return {}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", CheckedAutocompleteSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, *what: Any) -> HttpResponseRedirect:
        """Say that there is no such object, on the list of those that there are; Django does so on the start page."""
        super()._get_obj_does_not_exist_redirect(request, *what)  # type: ignore[misc]  # not in the stubs
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *where: Any, **options: Any) -> Any:
        """Run an action on what is selected; 400 where that can be no row of this list."""
        if not all(is_key(self.opts.pk, key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest("What is selected can be no row of this list.")
        return super().response_action(request, queryset, *where, **options)


def is_key(field: "Field[Any, Any]", text: str) -> bool:
    """Say whether `text` can be a value of a primary key; whether there is such a row is another question."""
    try:
        field.to_python(text)
    except ValidationError:
        return False
    return True
