"""The resources of this service, as the URLconf registers them."""

from importlib import import_module
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.db.models import Model

    from todoproject.api.resource import Resource

#: By the plural in addresses, and the foreign key to the parent of a nested list.
_registered: "dict[tuple[str, str], type[Resource]]" = {}


def register(resource: "type[Resource]", name: str) -> None:
    """Remember a resource, or a list below a parent, by the plural in its addresses."""
    resource.name = name
    _registered[name, resource.parent] = resource


def resources() -> "tuple[type[Resource], ...]":
    """Return every resource that has an address, in the order of the URLconf."""
    return tuple(each for each in _all() if not each.parent)


def nested_lists() -> "tuple[type[Resource], ...]":
    """Return every list below a parent."""
    return tuple(each for each in _all() if each.parent)


def resource_of(model: "type[Model]") -> "type[Resource] | None":
    """Return the resource of a model, None when it has none."""
    return next((resource for resource in resources() if resource.model is model), None)


def _all() -> "list[type[Resource]]":
    import_module(settings.ROOT_URLCONF)
    return list(_registered.values())
