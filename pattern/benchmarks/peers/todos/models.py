"""The service's table, as a model that owns nothing of it."""

from django.db import models
from django.db.models.functions import Now


class Todo(models.Model):
    owner_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    completed = models.BooleanField(default=False)
    completed_at = models.DateTimeField(null=True, editable=False)
    order = models.IntegerField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.BigIntegerField(default=1, editable=False)

    class Meta:
        managed = False
        db_table = "todos_todo"
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.title
