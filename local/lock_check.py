"""Checks, without Poetry and without a network, that poetry.lock and requirements/*.txt agree with pyproject.toml.

Run as `python -m local.lock_check`; each finding names the command that mends it.
"""

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.state import ROOT

# Each Poetry project of ours, and the file that each group of it is exported to.
PROJECTS = {
    ".": {group: f"requirements/{group}.txt" for group in ("main", "local", "dev")},
    **{
        f"requirements/{name}": {"main": "requirements.txt"}
        for name in ("django-6.1", "terraform", "checkov", "benchmarks")
    },
}
REQUIREMENT = re.compile(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.IGNORECASE)
# A lock must mean the same everywhere: no address of an index, no path of a machine.
PLACES = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|file:|https?://")


def content_hash(pyproject: dict[str, Any]) -> str:
    """Return Poetry's fingerprint of what the lock depends on.

    As poetry.packages.locker.Locker._get_content_hash of Poetry 2 does for a project with a [project] table.
    """
    project, poetry = pyproject["project"], pyproject.get("tool", {}).get("poetry", {})
    relevant: dict[str, Any] = {
        "project": {
            key: project[key] for key in ("requires-python", "dependencies", "optional-dependencies") if key in project
        }
    }
    if groups := pyproject.get("dependency-groups"):
        relevant["dependency-groups"] = groups
    keys = ("dependencies", "source", "extras", "dev-dependencies", "group")
    relevant["tool"] = {"poetry": {key: poetry[key] for key in keys if poetry.get(key) is not None}}
    return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()


def locked(lock: dict[str, Any], group: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Return version and hashes of each package that `group` needs, as poetry.lock has them."""
    return {
        package["name"]: (package["version"], frozenset(file["hash"] for file in package["files"]))
        for package in lock["package"]
        if group in package["groups"]
    }


def exported(text: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Return version and hashes of each package of a requirements file."""
    found = {}
    for entry in text.replace("\\\n", " ").splitlines():
        if match := REQUIREMENT.match(entry):
            found[match[1].lower()] = (match[2], frozenset(re.findall(r"--hash=(\S+)", entry)))
    return found


def findings(root: Path, exports: dict[str, str]) -> Iterator[str]:
    """Yield a sentence for everything that is stale in the Poetry project at `root`."""
    lock_text = (root / "poetry.lock").read_text(encoding="utf-8")
    lock = tomllib.loads(lock_text)
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    if lock["metadata"]["content-hash"] != content_hash(pyproject):
        yield "poetry.lock is older than the dependencies in pyproject.toml"
    # A package's description may name its home page.
    if PLACES.search("\n".join(line for line in lock_text.splitlines() if not line.startswith("description = "))):
        yield "poetry.lock holds an address or a path of a machine"
    for group, name in exports.items():
        text = (root / name).read_text(encoding="utf-8")
        ours, theirs = exported(text), locked(lock, group)
        differing = sorted(
            package for package in ours.keys() | theirs.keys() if ours.get(package) != theirs.get(package)
        )
        if differing:
            yield f"{name} differs from poetry.lock in {', '.join(differing)}"
        if PLACES.search(text):
            yield f"{name} holds an address or a path of a machine"


def main() -> int:
    """Print the findings; return 1 if there are any."""
    found = [
        f"{project}: {sentence}"
        for project, exports in PROJECTS.items()
        for sentence in findings(ROOT / project, exports)
    ]
    for sentence in found:
        print(f"{sentence}: `make lock` writes it anew")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
