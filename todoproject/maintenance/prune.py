"""Removes what has expired: nobody can use it any more, and nothing else takes it away."""

from django.db import models
from django.db.models.functions import Now

from todoproject.accounts.models import RefreshFamily
from todoproject.idempotency.models import IdempotencyRecord
from todoproject.throttling.models import Counter

# One statement holds its row locks for some milliseconds, however much there is to remove.
BATCH_ROWS = 1000


def prune(model: type[models.Model], expiry: str) -> int:
    """Delete the rows of `model` whose `expiry` lies in the past, in batches; return how many."""
    expired = model._default_manager.filter(**{f"{expiry}__lte": Now()}).order_by(expiry)
    removed = 0
    while batch := list(expired.values_list("pk", flat=True)[:BATCH_ROWS]):
        # Asked again in the DELETE: a record may have been taken over and live anew since it was listed.
        removed += model._default_manager.filter(pk__in=batch, **{f"{expiry}__lte": Now()}).delete()[0]
    return removed


def prune_all() -> dict[str, int]:
    """Prune everything that expires; return the number of rows by what they are."""
    return {
        "idempotency records": prune(IdempotencyRecord, "expires_at"),
        "login sessions": prune(RefreshFamily, "expires_at"),
        "throttle counters": prune(Counter, "ends_at"),
    }
