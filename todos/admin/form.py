"""One todo as a form; a change that was made since the form was opened is not overwritten."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from todos.models import Todo

if TYPE_CHECKING:
    TodoModelForm = forms.ModelForm[Todo]
else:
    TodoModelForm = forms.ModelForm


class TodoForm(TodoModelForm):
    """`seen_version` is to this form what `If-Match` is to the API."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Todo
        fields = ("title", "description", "owner", "completed", "due_at", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version if self.instance.pk else None

    @property
    def changed_data(self) -> list[str]:
        """Return the names of the fields that a person has changed."""
        return [name for name in super().changed_data if name != "seen_version"]

    def clean(self) -> dict[str, Any]:
        """Refuse a form that was opened before somebody else's change; the row is locked meanwhile (`get_object`)."""
        values = super().clean() or {}
        if self.instance.pk and values.get("seen_version") != self.instance.version:
            raise ValidationError("Somebody has changed this todo since you opened it: open it again to see how.")
        return values
