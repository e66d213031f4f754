"""pattern/docs/performance.md between its markers, the picture beside it, and the same tables for a terminal."""

import re
from pathlib import Path
from typing import Any

from local.state import ROOT
from pattern.benchmarks import chart, tables
from pattern.benchmarks.targets import LIST

DOCUMENT = ROOT / "pattern" / "docs" / "performance.md"
PICTURE = DOCUMENT.with_suffix(".svg")
BEGIN, END = "<!-- written by `make bench`: begin -->", "<!-- written by `make bench`: end -->"


def write(found: dict[str, Any], document: Path = DOCUMENT, picture: Path = PICTURE) -> None:
    """Rewrite both files; text outside the markers stays."""
    document.write_text(rendered(found, document.read_text(encoding="utf-8")), encoding="utf-8")
    if "compared" in found:
        picture.write_text(chart.svg(found["compared"][LIST]), encoding="utf-8")


def rendered(found: dict[str, Any], text: str) -> str:
    """Return the document with what stands between the markers made from `found`."""
    before, _, rest = text.partition(BEGIN)
    _, marker, after = rest.partition(END)
    if not marker:
        raise ValueError(f"the document needs the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{markdown(found)}\n{END}{after}"


def markdown(found: dict[str, Any]) -> str:
    """Return everything that was measured."""
    sections = [("Targets", tables.targets(found))]
    if "compared" in found:
        sections += [
            ("A list", ["![A list](performance.svg)", "", *tables.lists(found["compared"])]),
            ("Other requests", tables.others(found["compared"])),
        ]
    if "growth" in found:
        sections.append(("Growth", tables.growth(found["growth"])))
    if "pod" in found:
        sections.append(("The smallest pod", tables.pod(found["pod"])))
    if "process" in found:
        sections.append(("Start and memory", tables.process(found["process"])))
    sections.append(("Where and when", tables.where(found)))
    return "\n".join(line for title, lines in sections for line in (f"## {title}", "", *lines, ""))


def on_terminal(found: dict[str, Any], parts: list[str]) -> str:
    """Return the targets, and of `parts` the tables, aligned and without marks."""
    shown = []
    if "compared" in parts:
        shown += [tables.others(found["compared"]), tables.lists(found["compared"])]
    for part, table in (("growth", tables.growth), ("pod", tables.pod), ("process", tables.process)):
        if part in parts:
            shown.append(table(found[part]))
    shown.append(tables.targets(found))
    return "\n\n".join(_aligned(table) for table in shown if len(table) > 2) + "\n"


def _aligned(table: list[str]) -> str:
    cells = [re.sub(r"[`*]", "", line)[2:-2].split(" | ") for line in table if line.startswith("|")]
    rows = [row for row in cells if not set(row) <= {"---", "---:"}]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, *(line for line in table if line and not line.startswith("|"))])
