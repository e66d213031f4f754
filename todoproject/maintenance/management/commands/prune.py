"""Deletes expired rows, which nothing else deletes."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import models
from django.db.models.functions import Now

from todoproject.accounts.models import RefreshFamily
from todoproject.idempotency.models import IdempotencyRecord
from todoproject.throttling.models import Counter

# So each statement holds its row locks for some milliseconds.
BATCH_ROWS = 1000


class Command(BaseCommand):
    help = (
        "Removes what has expired: idempotency records (24 hours), login sessions (seven days unused), throttle "
        "counters. Safe to run at any time and twice at once; a CronJob does it every hour."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{prune(IdempotencyRecord, 'expires_at')} idempotency records removed")
        self.stdout.write(f"{prune(RefreshFamily, 'expires_at')} login sessions removed")
        self.stdout.write(f"{prune(Counter, 'ends_at')} throttle counters removed")


def prune(model: type[models.Model], expiry: str) -> int:
    """Delete the rows of `model` whose `expiry` lies in the past, in batches; return how many."""
    expired = model._default_manager.filter(**{f"{expiry}__lte": Now()}).order_by(expiry)
    removed = 0
    while batch := list(expired.values_list("pk", flat=True)[:BATCH_ROWS]):
        # With the condition again: an idempotency record may have been renewed since it was listed.
        removed += model._default_manager.filter(pk__in=batch, **{f"{expiry}__lte": Now()}).delete()[0]
    return removed
