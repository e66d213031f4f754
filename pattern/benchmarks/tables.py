"""Shows the measurements as tables: each a list of lines of Markdown."""

import re
import statistics
from typing import Any

from pattern.benchmarks.contenders import EVERYBODY, OURS
from pattern.benchmarks.interleaved import NOISY_SHARE
from pattern.benchmarks.pod import AT_ONCE_SECONDS
from pattern.benchmarks.statistics_of import Slices, median, noisy, per_cpu_second, ratios, spread
from pattern.benchmarks.targets import LIST, TARGETS

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
    "others_percent": ("others' CPU %", 1),
}


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
