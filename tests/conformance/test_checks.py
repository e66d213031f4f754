"""A declaration that cannot keep its promises is refused at the start, with a sentence that says what to write."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import UniqueConstraint
from django.test.utils import isolate_apps

from tests.conformance.api import Inspections
from tests.conformance.models import Inspection, Notice, Team
from todoproject.api import checks, registry
from todoproject.api.checks import check_resources
from todoproject.api.models import PageIndex, ResourceModel
from todoproject.api.resource import Resource
from todoproject.api.scope import Everyone, Owned, Shared
from todoproject.api.serializers import ResourceSerializer

USER = get_user_model()


def declared(
    *, scope: Any = None, unique: Any = (), ordering: str = "created_at", indexes: Any = None, **columns: Any
) -> Any:
    """Return a resource of a model with these columns."""

    class Meta:
        app_label = "conformance"
        constraints = list(unique)

    Meta.indexes = [PageIndex("owner", "created_at")] if indexes is None else indexes  # type: ignore[attr-defined]
    owner = models.ForeignKey(USER, on_delete=models.CASCADE, db_index=False, related_name="+")
    body = {"__module__": __name__, "Meta": Meta, "owner": owner, **columns}
    model = type("Thing", (ResourceModel,), body)
    fields = ("id", "url", *columns, "created_at")
    serializer = type(
        "ThingSerializer", (ResourceSerializer,), {"Meta": type("Meta", (), {"model": model, "fields": fields})}
    )
    return type(
        "Things", (Resource,), {"serializer": serializer, "scope": scope or Owned("owner"), "orderings": (ordering,)}
    )


def sentences(monkeypatch: pytest.MonkeyPatch, *resources: Any, nested: Any = ()) -> list[str]:
    monkeypatch.setattr(checks, "resources", lambda: resources)
    monkeypatch.setattr(checks, "nested_lists", lambda: nested)
    return [str(error.msg) for error in check_resources(None)]


def test_what_is_declared_here_has_no_mistake() -> None:
    assert check_resources(None) == []


def key(to: Any, on_delete: Any = models.CASCADE, **more: Any) -> Any:
    return models.ForeignKey(to, on_delete=on_delete, related_name="+", **more)


@isolate_apps("tests.conformance")
@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        (models.EmailField(max_length=50), "part is a EmailField; the API carries CharField, TextField, "),
        (models.JSONField(), "part is a JSONField; the API carries "),
        (models.ManyToManyField(USER, related_name="+"), "part is a ManyToManyField; "),
        (models.TextField(), "part has no max_length"),
        (key(USER), 'references["part"] must say which'),
        (key(Team), "part leads to Team, which is neither a user nor a resource."),
        (key(Notice, models.SET_NULL, null=True), "use CASCADE, PROTECT or todoproject.api.models.unset."),
        (models.CharField(max_length=9, unique=True), "part is unique: write UniqueConstraint(fields=['owner', 'p"),
    ],
    ids=str,
)
def test_a_column_that_the_api_does_not_carry(monkeypatch: pytest.MonkeyPatch, column: Any, sentence: str) -> None:
    (found,) = sentences(monkeypatch, declared(part=column))
    assert sentence in found


@isolate_apps("tests.conformance")
def test_a_unique_constraint_without_the_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    constraint = UniqueConstraint(fields=["part"], name="part_once")
    (found,) = sentences(monkeypatch, declared(unique=[constraint], part=models.CharField(max_length=9)))
    assert found == "part_once tells what others have: its fields must include owner."


@isolate_apps("tests.conformance")
def test_a_unique_constraint_of_what_everyone_sees_needs_no_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    constraint = UniqueConstraint(fields=["part"], name="part_once")
    columns: dict[str, Any] = {"part": models.CharField(max_length=9)}
    indexes = [PageIndex("created_at")]
    resource = declared(scope=Everyone(), unique=[constraint], indexes=indexes, **columns)
    assert sentences(monkeypatch, resource) == []


@isolate_apps("tests.conformance")
@pytest.mark.parametrize(
    ("scope", "line"),
    [
        (Owned("owner"), 'PageIndex("owner", "part")'),
        (Shared("owner"), 'PageIndex("owner", "part")'),
        (Everyone(), 'PageIndex("part")'),
    ],
)
def test_an_ordering_without_its_index_names_the_line_to_add(
    monkeypatch: pytest.MonkeyPatch, scope: Any, line: str
) -> None:
    resource = declared(scope=scope, ordering="part", part=models.DateField(null=True))
    resource.default_ordering = "part"
    assert sentences(monkeypatch, resource) == [f"The ordering part has no index: add {line} to Meta.indexes of Thing."]


def test_a_nested_list_without_its_index_names_the_line_to_add(monkeypatch: pytest.MonkeyPatch) -> None:
    nested = type("Nested", (Inspections,), {"parent": "site", "orderings": ("cost",)})
    assert sentences(monkeypatch, nested=[nested]) == [
        'The ordering cost has no index: add PageIndex("site", "cost") to Meta.indexes of Inspection.'
    ]


def test_members_that_are_no_columns_and_orderings_that_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd(ResourceSerializer):
        class Meta:
            model = Inspection
            fields = ("id", "title", "colour")

        def to_representation(self, instance: Any) -> Any:
            return instance

    odd = type("Odds", (Resource,), {"serializer": Odd, "scope": Owned("owner"), "orderings": ("colour",)})
    assert sentences(monkeypatch, odd) == [
        'The fields of Odd need "id" and "url".',
        "Odd.to_representation is never called: rows become JSON column by column.",
        "The member colour is no column of Inspection; put computed values into a column.",
        "The ordering colour is no column of Inspection.",
    ]


def test_every_resource_is_known_by_its_model() -> None:
    assert registry.resource_of(Inspection) is Inspections
    assert registry.resource_of(models.Model) is None
