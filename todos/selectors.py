"""The reads of the hot path, each one statement that is made and planned once."""

from typing import Any

from django.http import Http404

from todoproject.api.listing import Listing
from todoproject.postgresql.prepared import Parameter, selection
from todos.filters import todos_of
from todos.models import Todo

# All but the owner, who is the caller.
COLUMNS = tuple(field.name for field in Todo._meta.concrete_fields if field.name != "owner")  # noqa: SLF001  public
MAX_ID = 2**63 - 1

PAGES = Listing(todos_of, COLUMNS)
TODO = selection(todos_of(Parameter("owner_id"), {}).filter(pk=Parameter("id")).values(*COLUMNS))


def todo(*, owner_id: int, todo_id: int) -> Any:
    """Return the owner's todo as a row with COLUMNS as attributes; raise Http404 when there is none."""
    rows = TODO.rows({"owner_id": owner_id, "id": todo_id}) if todo_id <= MAX_ID else []
    if not rows:
        raise Http404
    return rows[0]
