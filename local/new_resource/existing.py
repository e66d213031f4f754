"""The resources that this clone has, read from their files: nothing of them is imported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Existing:
    """One resource: its app, model and address, and the column of its owner, "" where there is none."""

    app: str
    model: str
    path: str
    owner: str

    @property
    def name(self) -> str:
        """Return the singular as `make resource` takes it: ``work-order``."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", self.model).lower()


def existing(root: Path = ROOT) -> dict[str, Existing]:
    """Return each resource by its name without hyphens."""
    found = {}
    for file in sorted(root.glob("*/resource.toml")):
        # Python 3.9 has no tomllib; these are the file's first lines.
        values = dict(re.findall(r'^(path|model) = "([^"]*)"', file.read_text(encoding="utf-8"), re.MULTILINE))
        api = file.with_name("api.py").read_text(encoding="utf-8")
        owner = re.search(r'scope = Owned\("(\w+)"\)', api)
        each = Existing(file.parent.name, values["model"], values["path"].lstrip("/"), owner[1] if owner else "")
        found[each.model.lower()] = each
    return found
