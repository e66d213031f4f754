"""Writes the first word of names in AWS (docs/adr/0026) into documents and examples of values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VALUES = "kustomize/overlays/*/values/values.env"
#: In a values.env that was not written from an account.
EXAMPLE = "# An example until then"


def edit(root: Path, path: str, changes: Mapping[str, str]) -> None:
    """Replace each pattern by its text in a file."""
    before = after = (root / path).read_text(encoding="utf-8")
    for pattern, text in changes.items():
        after = re.sub(pattern, text, after, flags=re.MULTILINE)
    if after != before:
        (root / path).write_text(after, encoding="utf-8")


def rename(root: Path, former: str, word: str) -> None:
    """Replace `former` by `word` in names of AWS in documents and in examples of values."""
    environments = "|".join(path.parts[-3] for path in root.glob(VALUES))
    in_account = rf"(?<![\w-]){former}(?=-(?:{environments}|ci|state|account)\b|/(?:{environments})/)"
    for path in root.glob("docs/**/*.md"):
        if "evidence" not in path.parts:
            edit(root, str(path.relative_to(root)), {in_account: word})
    for path in root.glob(VALUES):
        if EXAMPLE in path.read_text(encoding="utf-8"):
            edit(root, str(path.relative_to(root)), {rf"(?<![\w-]){former}(?!\w)": word})
