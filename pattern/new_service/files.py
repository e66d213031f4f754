"""Which files of the repository the new word goes into, and their renaming."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from pattern.new_service.words import in_columns

# Locks and their exports answer for what others published, the evidence was seen under the old name, and the command
# and its tests speak of the word itself.
KEPT = re.compile(
    r"""
    (?: .*/ )? (?: poetry\.lock | package-lock\.json | \.terraform\.lock\.hcl )
    | pattern/requirements\.txt
    | (?: requirements | terraform/lambda ) / .* \.txt
    | docs/evidence/ .*
    | pattern/new_service/ .*
    | pattern/tests/new_service/ .*
    """,
    re.VERBOSE,
)


def tracked(root: Path) -> list[str]:
    """Return the paths that git keeps, relative to the root of the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True, timeout=60)
    return [path for path in listed.stdout.split("\0") if path]


def rename(root: Path, paths: list[str], replaced: Callable[[str], str]) -> None:
    """Replace the word in the text and the path of every file, where a link leads to included."""
    for path in paths:
        if not KEPT.fullmatch(path):
            _rename_one(root, path, replaced)


def _rename_one(root: Path, path: str, replaced: Callable[[str], str]) -> None:
    old, new = root / path, root / replaced(path)
    before = _text_of(old)
    after = "\n".join(in_columns(line, replaced) for line in before.split("\n"))
    if old.is_symlink() and after != before:
        old.unlink()
        old.symlink_to(after)
    elif after != before:
        old.write_bytes(after.encode())
    if new != old:
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)
        _remove_empty(old.parent)


def _text_of(path: Path) -> str:
    """Return where a symbolic link leads, or the text of a file; a picture has none."""
    if path.is_symlink():
        return os.readlink(path)  # noqa: PTH115  as it is written, not as Path would have it
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        return ""


def _remove_empty(folder: Path) -> None:
    """Remove a folder with nothing but compiled modules: Python would go on to import it."""
    for compiled in folder.glob("__pycache__/*.pyc"):
        compiled.unlink()
    for each in (folder / "__pycache__", folder):
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()
            if each == folder:
                _remove_empty(folder.parent)
