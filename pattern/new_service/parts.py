"""The parts that a service can leave out: files, and the lines elsewhere that name them.

docs/your-own-service.md lists the parts that are not offered, with the reasons.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.naming import edit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Part:
    """Files and folders to remove; for other files, patterns with their replacements."""

    paths: tuple[str, ...]
    lines: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


EVIDENCE = {r", evidence; `make docs`": "; `make docs`", r" \(\[what was seen\]\(docs/evidence/README\.md\)\)": ""}
PARTS = {
    "compose": Part(
        ("compose.yaml", "monitoring/compose", "tests/image/test_compose.py", "tests/monitoring/test_compose.py"),
        {
            "README.md": {r"^With Docker instead of Python: .*\n\n": ""},
            "monitoring/README.md": {r"^    compose/ .*\n": ""},
        },
    ),
    "evidence": Part(
        ("docs/evidence",),
        {
            "docs/site.toml": {r'^  \{ "Evidence" = .*\n': ""},
            "README.md": EVIDENCE,
        },
    ),
}


def leave_out(root: Path, part: str) -> None:
    """Remove a part and the lines that name it."""
    for path in PARTS[part].paths:
        if (root / path).is_dir():
            shutil.rmtree(root / path)
        else:
            (root / path).unlink()
    for path, changes in PARTS[part].lines.items():
        if (root / path).is_file():
            edit(root, path, changes)
