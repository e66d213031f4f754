"""The counter of a window."""

from django.db import models
from django.db.models import Q


class Counter(models.Model):
    """The window of one identity in one scope; `identity` is a keyed hash of an address or a user."""

    scope = models.CharField(max_length=20)
    identity = models.CharField(max_length=64)
    count = models.BigIntegerField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "identity"], name="counter_once_per_scope_and_identity"),
            models.CheckConstraint(name="counter_count_positive", condition=Q(count__gte=1)),
        ]
        indexes = [models.Index(fields=["ends_at"], name="counter_by_ends_at")]

    def __str__(self) -> str:
        return f"{self.scope} {self.identity[:8]}: {self.count}"
