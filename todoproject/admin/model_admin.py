"""The base of all lists and forms in the admin: fast with long tables, and strict with input.

A page or a 400 answers input for which Django's own admin would be a 500.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Paginator
from django.db import DataError
from django.db.models import Case, Count, DateField, DateTimeField, Field, Model, Q, QuerySet, Value, When
from django.forms import DateInput, DateTimeInput, Media
from django.forms import DateTimeField as DateTimeFormField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import capfirst

from todoproject.admin.filters import StateFilter

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
    AnyPaginator = Paginator[Any]
else:
    AnyModelAdmin, AnyPaginator = admin.ModelAdmin, Paginator

MOST_ROWS = 10_000


# One input with a label and the browser's picker; Django has two inputs for a date-time, and one label.
DATE = DateInput({"type": "date"}, format="%Y-%m-%d")
DATE_TIME = DateTimeInput({"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")


class BoundedPaginator(AnyPaginator):
    """Counts up to MOST_ROWS: to count the whole table would cost more than the page."""

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: MOST_ROWS + 1].count())

    @property
    def more(self) -> bool:
        """Whether there are more rows than `count` says."""
        return self._counted > MOST_ROWS

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST_ROWS)


class CheckedChangeList(ChangeList):
    """Redirects to the whole list if the database refuses a lookup in the URL.

    Django accepts all lookups of a field: ``?title=%00``, ``?title__regex=(``, ``?due_at__year=0``, ``?id__range=1``.
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
    """Ignores a value that cannot be a key; Django's widget would send it to the database."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        return super().optgroups(name, [key for key in value if is_key(self.field.target_field, key)], attr)


class OperationsModelAdmin(AnyModelAdmin):
    """Base of every ModelAdmin here.

    - `states`: {name: condition}. A row's state is the first condition that is true. They give a filter and the column
      `state`.
    - `tiles`: {name of a state: label}, the counts on the start page. Those in `alarming` stand out.
    - `granted`: the actions of the roles of operations staff. Both roles have the first, editors also the others.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    formfield_overrides = {
        DateTimeField: {"form_class": DateTimeFormField, "widget": DATE_TIME},
        DateField: {"widget": DATE},
    }
    states: Mapping[str, Q] = {}
    tiles: Mapping[str, str] = {}
    alarming: Sequence[str] = ()
    granted: tuple[str, ...] = ("view",)

    @property
    def changelist(self) -> str:
        """The URL name of the list."""
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"

    @property
    def media(self) -> Media:
        """Return Django's scripts and styles, and those of our filters."""
        return super().media + AutocompleteSelect(None, self.admin_site).media + Media(js=["operations/operations.js"])

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Use the name of the rows as heading; Django's is "Select … to change"."""
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002  Django's
        return CheckedChangeList

    # ── States ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        whens = [When(condition, then=Value(name)) for name, condition in self.states.items()]
        rows = super().get_queryset(request)
        return rows.annotate(state_name=Case(*whens, default=Value("–"))) if whens else rows

    def get_list_filter(self, request: HttpRequest) -> Any:
        return (StateFilter, *super().get_list_filter(request)) if self.states else super().get_list_filter(request)

    @admin.display(description="state")
    def state(self, row: Any) -> str:
        name: str = row.state_name
        return format_html('<span class="alarming">{}</span>', name) if name in self.alarming else name

    def tiles_shown(self) -> Iterator[dict[str, Any]]:
        """Yield the tiles with their counts, made by one query, and the URLs of their lists."""
        counts = {f"n_{name}": Count("pk", filter=self.states[name]) for name in self.tiles}
        found = self.model._default_manager.aggregate(**counts) if counts else {}
        for name, label in self.tiles.items():
            number, address = found[f"n_{name}"], reverse(self.changelist, query={"state": name})
            alarming = name in self.alarming and number > 0
            yield {"label": label, "number": f"{number:,}", "address": address, "alarming": alarming}

    # ── Input that Django does not check ─────────────────────────────────────────────────────────────────────────────
    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as Django does; a NUL, which PostgreSQL refuses, finds nothing."""
        return super().get_search_results(request, queryset.none() if "\0" in search_term else queryset, search_term)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002  Django's
        """Ignore the URL: Django would not check its values."""
        return {}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", CheckedAutocompleteSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, *what: Any) -> HttpResponseRedirect:
        """Redirect to the list with a message; Django redirects to the start page."""
        super()._get_obj_does_not_exist_redirect(request, *what)  # type: ignore[misc]  # not in the stubs
        return HttpResponseRedirect(reverse(self.changelist))

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *where: Any, **options: Any) -> Any:
        """Run an action on the selected rows; answer 400 if a selected key is no key."""
        if not all(is_key(self.opts.pk, key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest("A selected key is no key of this list.")
        return super().response_action(request, queryset, *where, **options)


class ReadOnlyModelAdmin(OperationsModelAdmin):
    """For rows that only the service writes: no form adds or changes them."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  the signatures are Django's
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


def is_key(field: "Field[Any, Any]", text: str) -> bool:
    """Say whether `text` can be a key; there need not be such a row."""
    try:
        field.to_python(text)
    except ValidationError:
        return False
    return True


def counted(number: int, model: type[Model]) -> str:
    """Return “1 order”, “2,000 orders”."""
    names = model._meta
    return f"{number:,} {names.verbose_name if number == 1 else names.verbose_name_plural}"
