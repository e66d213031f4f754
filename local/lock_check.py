"""Checks that each poetry.lock and its exports, hash-locked requirements, are fresh.

usage: python -m local.lock_check [--write | --export LOCK]

It needs neither Poetry nor a network. --write writes the exports, --export prints the export of another lock. An export
has the hashes of wheels for Linux and macOS and of sources, so it is smaller than Poetry's.
"""

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.utils import parse_wheel_filename

from local.state import ROOT

# The groups of the repository's lock, in the order in which `make` installs them; other locks have one group.
EXPORTS = {group: f"requirements/{group}.txt" for group in ("main", "local", "dev", "docs")}
# A lock must mean the same everywhere: no address of an index, no path of a machine.
PLACES = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|file:|https?://")
PYTHON = re.compile(r"py3-none|cp31[23]-(?:none|cp31[23])|cp3(?:[2-9]|1[0-3])-abi3")
PLATFORM = re.compile(r"any|(?:many)?linux\w*_(?:x86_64|aarch64)|macosx_\w+")


def projects(root: Path) -> dict[Path, dict[str, str]]:
    """Return the Poetry projects below `root`, each with the file that a group of it is exported to."""
    return {root: EXPORTS} | {lock.parent: {"main": "requirements.txt"} for lock in root.glob("*/poetry.lock")}


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


def fits(file: str) -> bool:
    """Say whether a file is a source, or a wheel for a supported Python and machine."""
    if not file.endswith(".whl"):
        return True
    return any(
        PYTHON.fullmatch(f"{tag.interpreter}-{tag.abi}") and PLATFORM.fullmatch(tag.platform)
        for tag in parse_wheel_filename(file)[3]
    )


def requirement(package: dict[str, Any], group: str) -> str:
    """Return name and version, and the marker if the group needs the package only on some machines."""
    marker = package.get("markers", "")
    marker = marker.get(group, "") if isinstance(marker, dict) else marker
    return f"{package['name']}=={package['version']}" + (f" ; {marker}" if marker else "")


def exported(lock: dict[str, Any], groups: list[str]) -> Iterator[str]:
    """Yield the text of each group's file, without the requirements of the groups before it."""
    before: set[str] = set()
    for group in groups:
        lines = ["# Written by `make lock`."]
        for package in (package for package in lock["package"] if group in package["groups"]):
            hashes = sorted(f"--hash={file['hash']}" for file in package["files"] if fits(file["file"]))
            line = requirement(package, group)
            if hashes and not {line, requirement({**package, "markers": ""}, group)} & before:
                lines.append(" \\\n    ".join([line, *hashes]))
                before.add(line)
        yield "\n".join(lines) + "\n"


def findings(root: Path, exports: dict[str, str], *, write: bool = False) -> Iterator[str]:
    """Yield a sentence for each stale file of the Poetry project at `root`; with `write`, export first."""
    text = (root / "poetry.lock").read_text(encoding="utf-8")
    lock = tomllib.loads(text)
    if lock["metadata"]["content-hash"] != content_hash(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))):
        yield "poetry.lock is older than the dependencies in pyproject.toml"
    # A package's description may have the address of its home page.
    if PLACES.search("\n".join(line for line in text.splitlines() if not line.startswith("description = "))):
        yield "poetry.lock holds an address or a path of a machine"
    for name, wanted in zip(exports.values(), exported(lock, list(exports)), strict=True):
        if write:
            (root / name).write_text(wanted, encoding="utf-8")
        if (root / name).read_text(encoding="utf-8") != wanted:
            yield f"{name} is not what poetry.lock says"


def main(words: list[str]) -> int:
    """Print the findings, or the export of another lock; return 1 if anything is stale."""
    if "--export" in words:
        print(next(exported(tomllib.loads(Path(words[1]).read_text(encoding="utf-8")), ["main"])), end="")
        return 0
    found = [
        f"{(project / sentence).relative_to(ROOT)}: run `make lock`"
        for project, exports in projects(ROOT).items()
        for sentence in findings(project, exports, write="--write" in words)
    ]
    for sentence in found:
        print(sentence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
