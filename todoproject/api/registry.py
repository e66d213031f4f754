"""The resources of this service, as the URLconf registers them."""

from importlib import import_module
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.db.models import Model

    from todoproject.api.resource import Resource

_resources: "dict[str, type[Resource]]" = {}
_nested: "dict[str, type[Resource]]" = {}


def register(resource: "type[Resource]", name: str) -> None:
    """Remember a resource by the plural in its addresses."""
    resource.name = name
    _resources[name] = resource


def register_nested(resource: "type[Resource]") -> None:
    """Remember a list below a parent."""
    _nested[resource.__name__] = resource


def resources() -> "tuple[type[Resource], ...]":
    """Return every resource that has an address, in the order of the URLconf."""
    import_module(settings.ROOT_URLCONF)
    return tuple(_resources.values())


def nested_lists() -> "tuple[type[Resource], ...]":
    """Return every list below a parent."""
    import_module(settings.ROOT_URLCONF)
    return tuple(_nested.values())


def resource_of(model: "type[Model]") -> "type[Resource] | None":
    """Return the resource of a model, None when it has none."""
    return next((resource for resource in resources() if resource.model is model), None)
