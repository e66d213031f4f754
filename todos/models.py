"""A todo and the rules that hold for every row, whoever writes it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Now, Trim
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from todos.sort_expressions import DUE_AT, ORDER, TITLE

TITLE_CHARACTERS = 200
DESCRIPTION_CHARACTERS = 10_000


class Todo(models.Model):
    """Something that its owner means to do."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="todos")
    title = models.CharField(max_length=TITLE_CHARACTERS)
    description = models.TextField(blank=True, default="", max_length=DESCRIPTION_CHARACTERS)
    completed = models.BooleanField(default=False)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    order = models.IntegerField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.BigIntegerField(db_default=1, editable=False, help_text="Grows with every change; the ETag.")

    class Meta:
        verbose_name_plural = "todos"  # Django would add an "s" to any clone's name
        # Each index serves one `ordering` in both directions, for one owner, down to any depth.
        indexes = [
            models.Index("owner", "created_at", "id", name="todo_by_created_at"),
            models.Index("owner", "updated_at", "id", name="todo_by_updated_at"),
            models.Index(F("owner"), DUE_AT, F("id"), name="todo_by_due_at"),
            models.Index(F("owner"), ORDER, F("id"), name="todo_by_order"),
            models.Index(F("owner"), TITLE, F("id"), name="todo_by_title"),
        ]
        constraints = [
            models.CheckConstraint(name="todo_title_not_blank", condition=GreaterThanOrEqual(Length(Trim("title")), 1)),
            models.CheckConstraint(
                name="todo_description_length",
                condition=LessThanOrEqual(Length("description"), DESCRIPTION_CHARACTERS),
            ),
            models.CheckConstraint(
                name="todo_completed_at_iff_completed",
                condition=Q(completed=True, completed_at__isnull=False) | Q(completed=False, completed_at=None),
            ),
            models.CheckConstraint(name="todo_version_positive", condition=Q(version__gte=1)),
        ]

    def __str__(self) -> str:
        return self.title
