"""Shows the measurements as tables: each a list of lines of Markdown."""

import re
import statistics
from typing import Any

from pattern.benchmarks.compared import LIST
from pattern.benchmarks.contenders import EVERYBODY, OURS
from pattern.benchmarks.interleaved import NOISY_SHARE
from pattern.benchmarks.pod import good_enough
from pattern.benchmarks.statistics_of import Slices, median, noisy, per_cpu_second, ratios, spread
from pattern.benchmarks.targets import TARGETS

ABOUT = {contender.name: contender.about for contender in EVERYBODY}

# Figure of a load → its column's head and digits.
POD_COLUMNS = {
    "rate": ("a second", 0),
    "requests": ("requests", 0),
    "good": ("good", 0),
    "p50": ("p50 ms", 1),
    "p99": ("p99 ms", 1),
    "max": ("max ms", 1),
    "refused": ("503", 0),
    "failed": ("failed", 0),
    "throttled_seconds": ("throttled s", 1),
    "others_percent": ("others' CPU %", 1),
}


def targets(found: dict[str, Any]) -> list[str]:
    rows = [[target.name, target.bound, target.shown(found), target.verdict(found)] for target in TARGETS]
    every = [taken for slices in found.get("compared", {}).values() for turns in slices.values() for taken in turns]
    noise = f"In {noisy(every, NOISY_SHARE)} of {len(every)} slices others had more than {NOISY_SHARE:.0%}."
    return [
        *_table(["measure", "target", "median (outermost rounds)", "verdict"], rows),
        "",
        *([noise] if every else []),
    ]


def compared(found: dict[str, Any]) -> list[str]:
    """Return a line for each kind of request and contender; ratios are of all rounds, the noisy ones too."""
    rows = []
    for kind, slices in found.items():
        ours = slices.get(OURS.name) or found.get(LIST, {}).get(OURS.name)
        for name, taken in sorted(slices.items(), key=lambda entry: -median(entry[1], per_cpu_second)):
            each = f"{median(taken, per_cpu_second):,.0f} ± {spread(taken, per_cpu_second):.0%}"
            ratio = f"{statistics.median(ratios(ours, taken)):.2f}" if ours else "–"
            quiet = f"{len(taken) - noisy(taken, NOISY_SHARE)} of {len(taken)}"
            rows.append([kind, name, ABOUT[name], each, ratio, *_costs(taken), quiet])
    heads = ["request", "contender", "what", "a CPU-second", "ours ÷ it", "server", "PostgreSQL", "p50", "quiet"]
    return _table(heads, rows)


def growth(found: dict[str, Any]) -> list[str]:
    sizes = list(found["slices"])
    rows = [
        [kind, *(f"{median(found['slices'][rows][kind], lambda taken: float(taken['p50'])):.2f} ms" for rows in sizes)]
        for kind in found["slices"][sizes[0]]
    ]
    return _table(["median time, one client", *(f"{int(rows):,} rows" for rows in sizes)], rows)


def pod(found: dict[str, Any]) -> list[str]:
    """Return the steady load, the best and the first bad trial of the search, and the overload."""
    if "not_measured" in found:
        return [f"Not measured: {found['not_measured']}."]
    shown = [("steady", found["steady"])]
    good = [trial for trial in found["trials"] if good_enough(trial)]
    best = max(good, key=lambda trial: float(trial["rate"]), default=None)
    worse = [trial for trial in found["trials"] if best is None or trial["rate"] > best["rate"]]
    shown += [("highest good", best)] if best else []
    shown += [("lowest too high", min(worse, key=lambda trial: float(trial["rate"])))] if worse else []
    if "overload" in found:
        shown.append((f"overload, peak {found['overload']['peak']:.0f} a second", found["overload"]))
    rows = [
        [label, *(f"{taken[name]:,.{digits}f}" for name, (_, digits) in POD_COLUMNS.items())] for label, taken in shown
    ]
    return _table(["load", *(head for head, _ in POD_COLUMNS.values())], rows)


def threads(found: dict[str, Any]) -> list[str]:
    if "not_measured" in found:
        return [f"Not measured: {found['not_measured']}."]
    rows = [
        [
            number,
            f"{taken['steady']['p99']:.1f} ms",
            f"{max((trial['rate'] for trial in taken['trials'] if good_enough(trial)), default=0):.0f}/s",
            f"{max(taken['steady']['others_percent'], *(trial['others_percent'] for trial in taken['trials'])):.1f} %",
        ]
        for number, taken in found.items()
    ]
    return _table(["threads", "p99 at 50/s", "highest good rate", "others' CPU at most"], rows)


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


def instructions(found: dict[str, Any]) -> list[str]:
    """Return thousands of user instructions a request, by layer."""
    kinds = list(found)
    layers = list(dict.fromkeys(layer for kind in kinds for layer in found[kind]))
    rows = [[layer, *(f"{found[kind].get(layer, 0):,.0f}" for kind in kinds)] for layer in layers]
    return _table(["thousands of instructions", *kinds], rows)


def where(found: dict[str, Any]) -> list[str]:
    rows = [[name, value] for name, value in found.get("machine", {}).items()]
    rows += [
        [f"`{part}` measured", f"{taken['at']}, {taken['rounds']} rounds of {taken['seconds']:g} s"]
        for part, taken in found.get("taken", {}).items()
    ]
    return _table(["what", ""], rows)


def _costs(taken: Slices) -> list[str]:
    """Return CPU a request of server and PostgreSQL, and the median time."""
    microseconds = [
        f"{median(taken, lambda each, who=who: 1e6 * each[who] / each['requests']):,.0f} µs"  # type: ignore[misc]
        for who in ("server", "postgresql")
    ]
    return [*microseconds, f"{median(taken, lambda each: float(each['p50'])):.1f} ms"]


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    # A column of figures is aligned as one.
    rules = [
        "---:" if all(re.match(r"[-–≥≤\d]", cell) for cell in column) else "---" for column in zip(*rows, strict=True)
    ]
    return [f"| {' | '.join(cells)} |" for cells in (heads, rules or ["---"] * len(heads), *rows)]
