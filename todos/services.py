"""The rules of a write that a constraint cannot express."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Case, F, When
from django.db.models.functions import Now

NOW = Now()
#: The first time that a todo was completed since it was last open.
FIRST_COMPLETED = Case(When(completed=True, then=F("completed_at")), default=Now())


def completion(changes: Mapping[str, Any], *, new: bool) -> Mapping[str, Any]:
    """Return when a todo was completed, where `changes` say whether it is."""
    if "completed" not in changes:
        return {}
    if not changes["completed"]:
        return {"completed_at": None}
    return {"completed_at": NOW if new else FIRST_COMPLETED}
