"""List filters for many users and years: an autocomplete field, two dates, or a state."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.admin import FieldListFilter, SimpleListFilter, site
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

ONE_DAY = timedelta(days=1)


class StateFilter(SimpleListFilter):
    """Filters by the `states` of the ModelAdmin; an unknown state filters nothing."""

    title = "state"
    parameter_name = "state"

    def __init__(self, request: HttpRequest, params: dict[str, list[str]], model: Any, model_admin: Any) -> None:
        self.states: dict[str, Q] = dict(model_admin.states)
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002  Django's
        return [(name, name.capitalize()) for name in self.states]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        return queryset.filter(self.states.get(self.value() or "", Q()))


class FormFilter(FieldListFilter):
    """A filter with a form, which keeps the parameters of search and other filters."""

    template = "admin/form_filter.html"

    def has_output(self) -> bool:
        return True

    def fields(self) -> dict[str, forms.Field]:
        """Return the form's fields; their names are the parameters."""
        raise NotImplementedError

    def matching(self, queryset: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows for `values`, which the form has checked; fields without a value are missing."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        form = self._form()
        if not form.is_valid():
            raise IncorrectLookupParameters(form.errors.as_text())
        return self.matching(queryset, {name: value for name, value in form.cleaned_data.items() if value is not None})

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        """Yield one choice, the context of the template."""
        mine = {str(name) for name in self.expected_parameters()}
        yield {
            "form": self._form(),
            "others": [(name, value) for name, value in changelist.params.items() if name not in mine],
            "clear": changelist.get_query_string(remove=sorted(mine)) if any(self.used_parameters.values()) else "",
        }

    def _form(self) -> forms.Form:
        used: dict[str, list[str]] = self.used_parameters  # type: ignore[assignment]  # lists since Django 5.0
        given = {name: values[-1] for name, values in used.items()}
        form = forms.Form(given, auto_id=f"filter_%s_{self.field_path}")
        form.fields.update(self.fields())
        return form


class AutocompleteFilter(FormFilter):
    """Filters by a foreign key with a search field, as Django's `autocomplete_fields`."""

    def expected_parameters(self) -> list[Any]:
        return [f"{self.field_path}__id__exact"]

    def fields(self) -> dict[str, forms.Field]:
        widget = AutocompleteSelect(self.field, site, attrs={"aria-label": str(self.title)})
        objects = self.field.remote_field.model._default_manager.all()  # type: ignore[union-attr]
        return {self.expected_parameters()[0]: forms.ModelChoiceField(objects, required=False, widget=widget, label="")}

    def matching(self, queryset: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        chosen = values.get(self.expected_parameters()[0])
        return queryset if chosen is None else queryset.filter(**{self.field_path: chosen})


class DateRangeFilter(FormFilter):
    """Filters from a day until a day, both included, in UTC; each may be left out."""

    def expected_parameters(self) -> list[Any]:
        return [f"{self.field_path}_from", f"{self.field_path}_until"]

    def fields(self) -> dict[str, forms.Field]:
        return {
            name: forms.DateField(required=False, label=label, widget=forms.DateInput({"type": "date"}))
            for name, label in zip(self.expected_parameters(), ("From", "Until"), strict=True)
        }

    def matching(self, queryset: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        first, last = (values.get(name) for name in self.expected_parameters())
        try:
            if first:
                queryset = queryset.filter(**{f"{self.field_path}__gte": self._begin(first)})
            if last:
                queryset = queryset.filter(**{f"{self.field_path}__lt": self._begin(last + ONE_DAY)})
        except OverflowError as error:
            raise IncorrectLookupParameters(ValidationError(str(error))) from error
        return queryset

    def _begin(self, day: date) -> date:
        """Return the start of a day as a value of the column: a date or a date-time."""
        if not isinstance(self.field, DateTimeField):
            return day
        return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
