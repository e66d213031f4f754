"""A todo and the rules that hold for every row, by any writer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Trim
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from todoproject.api.models import PageIndex, ResourceModel

DESCRIPTION_CHARACTERS = 10_000


class Todo(ResourceModel):
    """A task of its owner."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="todos")
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="", max_length=DESCRIPTION_CHARACTERS)
    completed = models.BooleanField(default=False)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    order = models.IntegerField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "todos"  # Django would add an "s" to any clone's name
        # Each serves one ordering in both directions, for one owner, down to any depth.
        indexes = [
            PageIndex("owner", "created_at"),
            PageIndex("owner", "updated_at"),
            PageIndex("owner", "due_at"),
            PageIndex("owner", "order"),
            PageIndex("owner", "title"),
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
