"""List filters that stay small however many users and years there are: type a name, give two dates."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.admin import FieldListFilter, ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

ONE_DAY = timedelta(days=1)


class FormFilter(FieldListFilter):
    """A filter that is a small form; the parameters of search and other filters travel along."""

    template = "admin/form_filter.html"

    def has_output(self) -> bool:
        return True

    def fields(self) -> dict[str, forms.Field]:
        """Return the form's fields, named as the parameters."""
        raise NotImplementedError

    def matching(self, queryset: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows that `values`, checked by the form, mean; only those that were given are in it."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        form = self._form()
        if not form.is_valid():
            raise IncorrectLookupParameters(form.errors.as_text())
        return self.matching(queryset, {name: value for name, value in form.cleaned_data.items() if value is not None})

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        """Yield what the template needs, as one choice."""
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
    """By a foreign key: the objects are searched as they are typed, as in Django's `autocomplete_fields`."""

    def __init__(  # noqa: PLR0913, PLR0917  the signature is Django's
        self,
        field: Any,
        request: HttpRequest,
        params: dict[str, list[str]],
        model: Any,
        model_admin: "ModelAdmin[Any]",
        field_path: str,
    ) -> None:
        self.site = model_admin.admin_site
        super().__init__(field, request, params, model, model_admin, field_path)

    def expected_parameters(self) -> list[Any]:
        return [f"{self.field_path}__id__exact"]

    def fields(self) -> dict[str, forms.Field]:
        widget = AutocompleteSelect(self.field, self.site, attrs={"aria-label": str(self.title)})
        objects = self.field.remote_field.model._default_manager.all()  # type: ignore[union-attr]
        return {self.expected_parameters()[0]: forms.ModelChoiceField(objects, required=False, widget=widget, label="")}

    def matching(self, queryset: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        chosen = values.get(self.expected_parameters()[0])
        return queryset if chosen is None else queryset.filter(**{self.field_path: chosen})


class DateRangeFilter(FormFilter):
    """From a day until a day, both included, either may be left out; days are UTC's."""

    def expected_parameters(self) -> list[Any]:
        return [f"{self.field_path}_from", f"{self.field_path}_until"]

    def fields(self) -> dict[str, forms.Field]:
        return {
            name: forms.DateField(required=False, label=label, widget=forms.DateInput({"type": "date"}))
            for name, label in zip(self.expected_parameters(), ("From", "Until"), strict=True)
        }

    def matching(self, queryset: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        first, last = self.expected_parameters()
        try:
            if day := values.get(first):
                queryset = queryset.filter(**{f"{self.field_path}__gte": midnight(day)})
            if day := values.get(last):
                queryset = queryset.filter(**{f"{self.field_path}__lt": midnight(day + ONE_DAY)})
        except OverflowError as error:
            raise IncorrectLookupParameters(ValidationError(str(error))) from error
        return queryset


def midnight(day: Any) -> datetime:
    """Return the beginning of a day."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
