"""The names of a todo's columns stand where each is used; what one place has forgotten is named here."""

from types import SimpleNamespace

import pytest
from todos.serializers import TodoSerializer, representation

from todos import openapi, selectors, services
from todos.models import Todo

FIELDS = Todo._meta.concrete_fields
ALL = {field.name for field in FIELDS}
#: What a client reads, besides the address; the version is the ETag.
READ = ALL - {"owner", "version"} | {"url"}
#: What a client writes.
WRITTEN = {field.name for field in FIELDS if field.editable} - {"id", "owner"}

ROW = SimpleNamespace(**dict.fromkeys(ALL))
MEMBERS = TodoSerializer().fields
PLACES = {
    "todos/selectors.py COLUMNS": (selectors.COLUMNS, ALL - {"owner"}),
    "todos/serializers.py TodoSerializer": (MEMBERS, READ),
    "todos/serializers.py TodoSerializer, without read_only": (
        [name for name, field in MEMBERS.items() if not field.read_only],
        WRITTEN,
    ),
    "todos/serializers.py representation": (representation(ROW, ""), READ),
    "todos/services.py GIVEN": ([*services.GIVEN, "completed"], WRITTEN),
    "todos/openapi.py EXAMPLE": (openapi.EXAMPLE.value, READ),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_place_that_names_columns_names_all_of_them(place: str) -> None:
    found, wanted = PLACES[place]
    assert wanted - set(found) == set(), f"{place} has forgotten these"
    assert set(found) - wanted == set(), f"{place} has these, which the model has not"
