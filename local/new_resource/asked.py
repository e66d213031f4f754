"""Reads the variables of `make resource`, and refuses what cannot be made or removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.new_resource.existing import ROOT, Existing, existing
from local.new_resource.fields import Field, parsed
from local.new_resource.names import Names, check_free, names_of, words_of
from local.refusal import Refusal

EXAMPLE = "make resource NAME=work-order FIELDS='title:str(200) priority:choice(low,high)=low cost:decimal(10,2)?'"
SCOPES = ("owned", "everyone")


@dataclass(frozen=True)
class Asked:
    """A resource to be written, or `remove`d."""

    names: Names | None
    fields: list[Field]
    scope: str
    remove: Existing | None = None


def asked(variables: Mapping[str, str], root: Path = ROOT) -> Asked:
    """Return what NAME, FIELDS, PLURAL, SCOPE and REMOVE say; raise Refusal with what to type instead."""
    name = variables.get("NAME", "").strip()
    if not name:
        raise Refusal(f"NAME is missing: {EXAMPLE}")
    resources = existing(root)
    if variables.get("REMOVE", "").strip():
        return Asked(None, [], "", _removed(name, resources, root))
    scope = variables.get("SCOPE", "").strip() or "owned"
    if scope == "shared":
        raise Refusal(
            'SCOPE=shared: users of this service have no team. Follow "Rows that a team shares" in '
            "docs/your-own-fields.md: steps 1 to 4 give them one, steps 5 to 9 change what SCOPE=owned writes."
        )
    if scope not in SCOPES:
        raise Refusal(f"SCOPE={scope} is unknown: type SCOPE=owned (each user's own) or SCOPE=everyone (all rows).")
    if not (root / "tests").is_dir():
        raise Refusal("tests/ is missing, where the rows for tests are made: get it back by `git checkout tests`.")
    names = names_of(name, variables.get("PLURAL", "").strip())
    check_free(names, root)
    if not variables.get("FIELDS", "").strip():
        raise Refusal(f"FIELDS is missing: {EXAMPLE}")
    fields = parsed(variables["FIELDS"], resources)
    for each in fields:
        for file in ("demo.py", f"../tests/{each.target.app}/factories.py") if each.target else ():
            if not (root / each.target.app / file).is_file():  # type: ignore[union-attr]
                raise Refusal(f"{each.name}: {each.target.app}/{file} is missing, which makes the rows it leads to.")  # type: ignore[union-attr]
    return Asked(names, fields, scope)


def _removed(name: str, resources: dict[str, Existing], root: Path) -> Existing:
    found = resources.get("".join(words_of(name, "NAME")))
    if found is None:
        there = ", ".join(sorted(each.name for each in resources.values())) or "none"
        raise Refusal(f"NAME={name}: there is no such resource. Resources: {there}.")
    users = [
        each.app
        for each in resources.values()
        if each is not found and f'"{found.app}.{found.model}"' in (root / each.app / "models.py").read_text("utf-8")
    ]
    if users:
        raise Refusal(f"{users[0]}/models.py leads to {found.model}: remove that foreign key or that resource first.")
    if found.app == "todos" and (root / "pattern").is_dir():
        raise Refusal("pattern/ measures and shows the example: remove it first, by `git rm -rq pattern`.")
    return found
