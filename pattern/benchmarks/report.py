"""pattern/docs/performance.md between its markers, and the same tables for a terminal."""

import re
from pathlib import Path
from typing import Any

from local.state import ROOT
from pattern.benchmarks import tables

DOCUMENT = ROOT / "pattern" / "docs" / "performance.md"
# The table first; what the reader may want to look up last.
TARGETS = "targets"
DETAILS = "details"
SECTIONS = {
    "compared": ("Beside its peers", tables.compared),
    "instructions": ("Where the instructions go", tables.instructions),
    "pod": ("The smallest pod", tables.pod),
    "threads": ("Threads a pod", tables.threads),
    "growth": ("Growth", tables.growth),
    "process": ("Start and memory", tables.process),
}


def write(found: dict[str, Any], document: Path = DOCUMENT) -> None:
    """Rewrite the document; text outside the markers stays."""
    document.write_text(rendered(found, document.read_text(encoding="utf-8")), encoding="utf-8")


def rendered(found: dict[str, Any], text: str) -> str:
    """Return the document with what stands between its markers made from `found`."""
    for part, lines in ((TARGETS, tables.targets(found)), (DETAILS, details(found))):
        begin, end = (f"<!-- {part} by `make bench`: {word} -->" for word in ("begin", "end"))
        before, _, rest = text.partition(begin)
        _, marker, after = rest.partition(end)
        if not marker:
            raise ValueError(f"the document needs the lines {begin} and {end}")
        text = "\n".join([f"{before}{begin}", "", *lines, "", f"{end}{after}"])
    return text


def details(found: dict[str, Any]) -> list[str]:
    """Return everything that was measured, but for the targets."""
    sections = [(title, table(found[part])) for part, (title, table) in SECTIONS.items() if part in found]
    sections.append(("Where and when", tables.where(found)))
    return "\n\n".join("\n".join([f"## {title}", "", *lines]) for title, lines in sections).split("\n")


def on_terminal(found: dict[str, Any], parts: list[str]) -> str:
    """Return the targets, and of `parts` the tables, aligned and without marks."""
    shown = [table(found[part]) for part, (_, table) in SECTIONS.items() if part in parts]
    shown.append(tables.targets(found))
    return "\n\n".join(_aligned(table) for table in shown if len(table) > 2) + "\n"


def _aligned(table: list[str]) -> str:
    cells = [re.sub(r"[`*]", "", line)[2:-2].split(" | ") for line in table if line.startswith("|")]
    rows = [row for row in cells if not set(row) <= {"---", "---:"}]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, *(line for line in table if line and not line.startswith("|"))])
