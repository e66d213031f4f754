"""results.json: what the last run measured, part by part."""

import json
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("results.json")


def read(path: Path = PATH) -> dict[str, Any]:
    """Return what is kept; nothing where there is nothing."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def write(results: dict[str, Any], path: Path = PATH) -> None:
    """Keep `results`."""
    path.write_text(_lines(results, depth=5) + "\n", encoding="utf-8")


def _lines(value: Any, *, depth: int, indent: str = "") -> str:
    """Return JSON with a line for each member down to `depth`, so that a difference can be read."""
    if not depth or not value or not isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    inner = indent + " "
    if isinstance(value, list):
        return "[\n" + ",\n".join(f"{inner}{json.dumps(each)}" for each in value) + f"\n{indent}]"
    members = (
        f"{inner}{json.dumps(name)}: {_lines(each, depth=depth - 1, indent=inner)}" for name, each in value.items()
    )
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"
