"""The serializer of a resource: a ModelSerializer of Django REST framework with fields that take exactly their type."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from todoproject.api.fields import (
    ReferenceField,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDecimalField,
    StrictIntegerField,
    ZonedDateTimeField,
)

# The white space of str.strip. In JSON Schema \s is ECMAScript's, which lacks \x1c to \x1f and \x85.
NOT_BLANK = r"^[\s\x1c-\x1f\x85]*[^\s\x1c-\x1f\x85][\s\S]*$"


class ResourceSerializer(serializers.ModelSerializer[Any]):
    """`Meta.model`, `Meta.fields` and `Meta.extra_kwargs` are Django REST framework's.

    A member that a body may leave out has the column's default, or null, or the empty text. A text of one line
    (CharField) is trimmed, one of several (TextField) is kept as it is. It sends no query: the statement that writes
    a row decides whether a value is unique and a foreign key leads to a row.
    """

    id = ReferenceField(read_only=True)
    url = serializers.URLField(read_only=True)

    serializer_field_mapping = {
        models.CharField: StrictCharField,
        models.TextField: StrictCharField,
        models.SmallIntegerField: StrictIntegerField,
        models.IntegerField: StrictIntegerField,
        models.BigIntegerField: StrictIntegerField,
        models.PositiveSmallIntegerField: StrictIntegerField,
        models.PositiveIntegerField: StrictIntegerField,
        models.PositiveBigIntegerField: StrictIntegerField,
        models.DecimalField: StrictDecimalField,
        models.BooleanField: StrictBooleanField,
        models.DateField: StrictDateField,
        models.DateTimeField: ZonedDateTimeField,
    }
    serializer_choice_field = StrictChoiceField
    serializer_related_field = ReferenceField  # type: ignore[assignment]  # no queryset: see above

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        if "url" in fields:
            model: Any = self.Meta.model
            fields["url"].help_text = f"The address of this {model._meta.verbose_name}."
        return fields

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        """Return the field's class and options, with a default where a body may leave it out."""
        field, options = super().build_standard_field(field_name, model_field)
        if "validators" in options:
            options["validators"] = [each for each in options["validators"] if not isinstance(each, UniqueValidator)]
        if field is StrictCharField:
            options["trim_whitespace"] = not isinstance(model_field, models.TextField)
            if options["trim_whitespace"] and not options.get("read_only"):
                options.setdefault("help_text", "Surrounding white space is cut; `maxLength` counts it.")
                if not model_field.blank:
                    # The field already refuses blank texts; this says so in the OpenAPI document. The pattern matches
                    # the whole text: generated clients of Python match from the start, those of Java all of it.
                    options["validators"] = [*options.get("validators", []), RegexValidator(NOT_BLANK)]
        return field, _with_default(model_field, options)

    def build_relational_field(self, field_name: str, relation_info: Any) -> tuple[Any, dict[str, Any]]:
        """Return the field of a foreign key, which is the id of a row."""
        options: Any = super().build_relational_field(field_name, relation_info)[1]
        kept = {name: options[name] for name in ("read_only", "required", "allow_null", "help_text") if name in options}
        return ReferenceField, _with_default(relation_info.model_field, kept)

    def get_uniqueness_extra_kwargs(
        self,
        field_names: Any,  # noqa: ARG002  the signature is DRF's
        declared_fields: Any,  # noqa: ARG002
        extra_kwargs: Any,
    ) -> Any:
        """Return that a unique constraint changes nothing about a field."""
        return extra_kwargs, {}

    def get_validators(self) -> list[Any]:
        """Return `Meta.validators`, without DRF's own, which would ask the database."""
        return list(getattr(self.Meta, "validators", ()))


def _with_default(column: Any, options: dict[str, Any]) -> dict[str, Any]:
    if not options.get("read_only") and options.pop("required", True) is False:
        default = column.default if column.has_default() else None if column.null else ""
        options["default"] = default if callable(default) else column.to_python(getattr(default, "value", default))
    return options
