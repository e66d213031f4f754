"""Resources that a plan leaves in place, as `terraform show -json` writes them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cost.free import FREE


@dataclass(frozen=True)
class Resource:
    """One managed resource and its planned arguments."""

    address: str
    type: str
    values: dict[str, Any]


def read(path: Path) -> dict[str, Resource]:
    """Return the planned resources by address; raise KeyError when the file is no plan."""
    return resources(json.loads(path.read_text()))


def resources(document: dict[str, Any]) -> dict[str, Resource]:
    """As `read`, of a document in memory."""
    return {each.address: each for each in _walk(document["planned_values"]["root_module"])}


def _walk(module: dict[str, Any]) -> Iterator[Resource]:
    for resource in module.get("resources", []):
        if resource["mode"] == "managed":
            yield Resource(resource["address"], resource["type"], resource.get("values", {}))
    for child in module.get("child_modules", []):
        yield from _walk(child)


# The attributes that pricing reads of each resource: the recorded plans in tests/cost/plans hold this and nothing else.
PRICED_ARGUMENTS = {
    "allocated_storage",
    "associate_public_ip_address",
    "instance_class",
    "instance_type",
    "instance_types",
    "manage_master_user_password",
    "metric_query",
    "multi_az",
    "root_block_device",
    "scaling_config",
    "block_device_mappings",
    "rule",
}


def recorded(document: dict[str, Any]) -> str:
    """Return what pricing reads of a plan, a resource a line, for a file that changes only when the cost may."""
    kept = [
        {
            "address": each.address,
            "mode": "managed",
            "type": each.type,
            "values": {name: _slim(name, each.values[name]) for name in sorted(each.values.keys() & PRICED_ARGUMENTS)},
        }
        for each in sorted(resources(document).values(), key=lambda each: each.address)
        if each.type not in FREE
    ]
    lines = ",\n".join(json.dumps(each, sort_keys=True) for each in kept)
    return f'{{"planned_values": {{"root_module": {{"resources": [\n{lines}\n]}}}}}}\n'


def _slim(name: str, value: Any) -> Any:
    """Return of a web ACL's rules the names: each bills a dollar, whatever it does."""
    return [{"name": rule["name"]} for rule in value] if name == "rule" else value
