"""The resources of this service, as the URLconf registers them."""

from typing import Any

_resources: dict[str, Any] = {}


def resources() -> tuple[Any, ...]:
    """Return every `Resource` class that has an address, in the order of the URLconf."""
    return tuple(_resources.values())
