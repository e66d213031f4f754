"""docs/performance.md between its markers, the picture beside it, and the same tables for a terminal."""

import re
import statistics
from pathlib import Path
from typing import Any

from benchmarks import chart
from benchmarks.contenders import EVERYBODY, OURS
from benchmarks.interleaved import NOISY_SHARE
from benchmarks.pod import AT_ONCE_SECONDS
from benchmarks.statistics_of import Slices, median, noisy, per_cpu_second, ratios, spread
from benchmarks.targets import LIST, TARGETS
from local.state import ROOT

DOCUMENT, PICTURE = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance.svg"
BEGIN, END = "<!-- written by `make bench`: begin -->", "<!-- written by `make bench`: end -->"
ABOUT = {contender.name: contender.about for contender in EVERYBODY} | {
    "pgbench": "the statement alone; its own CPU counts as the server's"
}

# Figure of a load → its column's head and digits.
POD_COLUMNS = {
    "rate": ("a second", 0),
    "requests": ("requests", 0),
    "good": ("good", 0),
    "p50": ("p50 ms", 1),
    "p99": ("p99 ms", 1),
    "max": ("max ms", 1),
    "refused": ("503", 0),
    "refused_max": ("slowest 503, ms", 1),
    "left_waiting": (f"over {AT_ONCE_SECONDS} s", 0),
    "hung": ("no answer", 0),
    "failed": ("failed", 0),
    "throttled_seconds": ("throttled s", 1),
    "generator_late_ms": ("generator late ms", 1),
}


def write(found: dict[str, Any], document: Path = DOCUMENT, picture: Path = PICTURE) -> None:
    """Write both files anew; what stands outside the markers stays."""
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
    sections = [("Targets", targets(found))]
    if "compared" in found:
        sections += [
            ("A list", ["![A list](performance.svg)", "", *lists(found["compared"])]),
            ("Other requests", others(found["compared"])),
        ]
    if "growth" in found:
        sections.append(("Growth", growth(found["growth"])))
    if "pod" in found:
        sections.append(("The smallest pod", pod(found["pod"])))
    if "process" in found:
        sections.append(("Start and memory", process(found["process"])))
    sections.append(("Where and when", where(found)))
    return "\n".join(line for title, lines in sections for line in (f"## {title}", "", *lines, ""))


def on_terminal(found: dict[str, Any], parts: list[str]) -> str:
    """Return the targets, and of `parts` the tables, aligned and without marks."""
    tables = [targets(found)]
    for part, table in (("growth", growth), ("pod", pod), ("process", process)):
        if part in parts:
            tables.append(table(found[part]))
    if "compared" in parts:
        tables += [lists(found["compared"]), others(found["compared"])]
    return "\n\n".join(_aligned(table) for table in reversed(tables) if len(table) > 2) + "\n"


def targets(found: dict[str, Any]) -> list[str]:
    rows = [[target.name, target.bound, target.shown(found), target.verdict(found)] for target in TARGETS]
    every = [taken for slices in found.get("compared", {}).values() for turns in slices.values() for taken in turns]
    noise = f"{noisy(every, NOISY_SHARE)} of {len(every)} slices behind the ratios were noisy."
    return [
        *_table(["measure", "target", "median (outermost rounds)", "verdict"], rows),
        "",
        *([noise] if every else []),
    ]


def lists(compared: dict[str, Any]) -> list[str]:
    slices = compared.get(LIST, {})
    ours = slices.get(OURS.name)
    rows = [
        [
            name,
            ABOUT[name],
            f"{median(taken, per_cpu_second):,.0f} ± {spread(taken, per_cpu_second):.0%}",
            f"{statistics.median(ratios(ours, taken)):.2f}" if ours and name != "pgbench" else "–",
            *_costs(taken),
            _noise(taken),
        ]
        for name, taken in sorted(slices.items(), key=lambda entry: -median(entry[1], per_cpu_second))
    ]
    return _table(
        [
            "contender",
            "what",
            "a CPU-second",
            "ours ÷ it",
            "server",
            "PostgreSQL",
            "generator",
            "p50, 8 clients",
            "noisy",
        ],
        rows,
    )


def others(compared: dict[str, Any]) -> list[str]:
    rows = [
        [
            kind,
            name,
            f"{median(taken, per_cpu_second):,.0f} ± {spread(taken, per_cpu_second):.0%}",
            *_costs(taken),
            _noise(taken),
        ]
        for kind, slices in compared.items()
        if kind != LIST
        for name, taken in slices.items()
    ]
    return _table(
        ["request", "contender", "a CPU-second", "server", "PostgreSQL", "generator", "p50, 8 clients", "noisy"], rows
    )


def growth(found: dict[str, Any]) -> list[str]:
    sizes = list(found["slices"])
    rows = [
        [kind, *(f"{median(found['slices'][rows][kind], lambda taken: float(taken['p50'])):.2f} ms" for rows in sizes)]
        for kind in found["slices"][sizes[0]]
    ]
    table = _table(["median time, one client", *(f"{int(rows):,} rows" for rows in sizes)], rows)
    return [*table, "", f"{found['largest']:,} rows were filled in {found['seconds_to_fill_largest']} s."]


def pod(found: dict[str, Any]) -> list[str]:
    if "not_measured" in found:
        return [f"Not measured: {found['not_measured']}."]
    rows = [
        [label, *(f"{taken[name]:,.{digits}f}" for name, (_, digits) in POD_COLUMNS.items())]
        for label, taken in [
            ("steady", found["steady"]),
            *(("search", trial) for trial in found["trials"]),
            (f"overload, peak {found['overload']['peak']:.0f} a second", found["overload"]),
        ]
    ]
    heads = [head for head, _ in POD_COLUMNS.values()]
    return _table(["load", *heads], rows)


def process(found: dict[str, Any]) -> list[str]:
    rows = [["start to first 200", ", ".join(f"{each:.2f}" for each in found["start_seconds"]) + " s"]]
    rows += [
        [
            f"after {int(requests):,} requests",
            f"worker {memory['worker']} MiB resident, all processes {memory['pod']} MiB",
        ]
        for requests, memory in found["memory"].items()
    ]
    return _table(["measure", "found"], rows)


def where(found: dict[str, Any]) -> list[str]:
    rows = [[name, value] for name, value in found.get("machine", {}).items()]
    rows += [
        [f"`{part}` measured", f"{taken['at']}, {taken['rounds']} rounds of {taken['seconds']:g} s"]
        for part, taken in found.get("taken", {}).items()
    ]
    return _table(["what", ""], rows)


def _costs(taken: Slices) -> list[str]:
    """Return CPU a request of server, PostgreSQL and load generator, and the median time."""
    microseconds = [
        f"{median(taken, lambda each, who=who: 1e6 * each[who] / each['requests']):,.0f} µs"  # type: ignore[misc]
        for who in ("server", "postgresql", "client")
    ]
    return [*microseconds, f"{median(taken, lambda each: float(each['p50'])):.1f} ms"]


def _noise(taken: Slices) -> str:
    return f"{noisy(taken, NOISY_SHARE)} of {len(taken)}"


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    # A column of figures is aligned as one.
    rules = [
        "---:" if all(re.match(r"[-–≥≤\d]", cell) for cell in column) else "---" for column in zip(*rows, strict=True)
    ]
    return [f"| {' | '.join(cells)} |" for cells in (heads, rules or ["---"] * len(heads), *rows)]


def _aligned(table: list[str]) -> str:
    cells = [re.sub(r"[`*]", "", line)[2:-2].split(" | ") for line in table if line.startswith("|")]
    rows = [row for row in cells if not set(row) <= {"---", "---:"}]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, *(line for line in table if line and not line.startswith("|"))])
