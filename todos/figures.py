"""What of the todos shows on the admin's start page."""

from collections.abc import Iterator

from django.db.models import Count, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from todoproject.admin.figures import Figure
from todos.models import Todo

OVERDUE = Q(completed=False, due_at__lt=Now())


def todo_figures() -> Iterator[Figure]:
    """Yield how many todos are open, overdue, and of today (UTC), counted in one pass."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    counts = Todo.objects.aggregate(
        open=Count("pk", filter=Q(completed=False)),
        overdue=Count("pk", filter=OVERDUE),
        today=Count("pk", filter=Q(created_at__gte=midnight)),
    )
    todos = reverse("admin:todos_todo_changelist")
    yield Figure("open todos", counts["open"], f"{todos}?state=open")
    yield Figure("overdue", counts["overdue"], f"{todos}?state=overdue", warns=True)
    yield Figure("created today", counts["today"], f"{todos}?created_at_from={midnight:%Y-%m-%d}")
