"""The columns that every resource's table has (creation, change, version), and an index for each ordering."""

from typing import Any

from django.db import models
from django.db.backends.utils import names_digest
from django.db.models import F
from django.db.models.functions import Now

from todoproject.api.ordering import sort_key


class ResourceModel(models.Model):
    """The base of a resource's model. PostgreSQL gives all three; every write raises `version`."""

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.BigIntegerField(db_default=1, editable=False, help_text="Grows with every change; the ETag.")

    class Meta:
        abstract = True


class PageIndex(models.Index):
    """The index that serves an ordering, down to any depth: ``PageIndex("owner", "due_at")`` among `Meta.indexes`.

    The last column is the ordering's; the column before it is the scope's, or the parent's of a nested list. It becomes
    an ordinary index as soon as the model knows the kinds of the columns, so that a migration imports none of our code.
    """

    def __init__(self, *columns: str) -> None:
        super().__init__(fields=columns)

    def clone(self) -> "PageIndex":
        """Return the same index, which Django asks for before the model is complete."""
        return PageIndex(*self.fields)

    def set_name_with_model(self, model: type[models.Model]) -> None:
        """Give the index its expressions and a name."""
        *before, last = self.fields
        key: Any = sort_key(model._meta.get_field(last))  # type: ignore[arg-type]
        self.expressions = (*map(F, before), key.expression, F("id"))
        self.fields, self.fields_orders = [], []
        name = f"{model._meta.model_name}_by_{last}"
        if name in {index.name for index in model._meta.indexes}:  # of the scope: this is of a nested list
            name = f"{model._meta.model_name}_by_{'_'.join(before)}_{last}"
        if len(name) > self.max_name_length:
            name = f"{name[: self.max_name_length - 7]}_{names_digest(model._meta.db_table, *before, last, length=6)}"
        self.name = name
        self.__class__ = models.Index  # type: ignore[assignment]


def unset(collector: Any, field: "models.ForeignKey[Any, Any]", rows: Any, using: str) -> None:  # noqa: ARG001
    """Set the key to NULL when its row is deleted, and raise the version: SET_NULL for a resource's foreign key."""
    # In this order: each of the two updates looks the rows up.
    collector.add_field_update(field.model._meta.get_field("version"), F("version") + 1, rows)
    collector.add_field_update(field, None, rows)


unset.lazy_sub_objs = True  # type: ignore[attr-defined]  # as django.db.models.deletion.SET_NULL
