"""Writes a recording as an asciicast, version 2, and as an SVG that plays by itself.

https://docs.asciinema.org/manual/asciicast/v2/. The SVG has no script, so that GitHub plays it in a README: a style
moves one column of lines up, a step for each event.
"""

import json
import re
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

COLUMNS, ROWS = 104, 30
LINE, LEFT, FONT = 17, 14, 13  # pixels
HOLD = 6  # seconds that the last picture stays, before it begins again
#: Commands, comments, and the lines that show a rollback.
COLOURS = {r"^\$ ": "#7ee787", r"^# ": "#8b949e", r"-breached: |^ +back to ": "#ff7b72"}
PLAIN = "#e6edf3"


class Event(NamedTuple):
    """A line, and the seconds since the beginning."""

    at: float
    line: str


def asciicast(events: Iterable[Event], title: str) -> str:
    """Return the recording as lines of JSON."""
    head = {"version": 2, "width": COLUMNS, "height": ROWS, "title": title}
    lines: list[object] = [[round(each.at, 3), "o", each.line + "\r\n"] for each in events]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in [head, *lines])


def events_of(text: str) -> list[Event]:
    """Return the events of an asciicast."""
    return [Event(at, line.removesuffix("\r\n")) for at, _, line in map(json.loads, text.splitlines()[1:])]


def svg(events: list[Event], title: str) -> str:
    """Return the recording as an animated picture."""
    rows: list[str] = []
    steps: list[tuple[float, int]] = []
    for each in events:
        colour = next((colour for pattern, colour in COLOURS.items() if re.search(pattern, each.line)), PLAIN)
        for start in range(0, max(len(each.line), 1), COLUMNS):
            y = (len(rows) + 1) * LINE
            part = escape(each.line[start : start + COLUMNS], quote=False)
            rows.append(f'<text x="{LEFT}" y="{y}" fill="{colour}">{part}</text>')
        steps.append((each.at, len(rows)))
    seconds = steps[-1][0] + HOLD
    frames = "".join(f"{at / seconds:.3%}{{transform:translateY({(ROWS - shown) * LINE}px)}}" for at, shown in steps)
    last = f"100%{{transform:translateY({(ROWS - len(rows)) * LINE}px)}}"
    width, height = COLUMNS * 8 + 2 * LEFT, (ROWS + 1) * LINE + 30
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>text{{font:{FONT}px ui-monospace,Menlo,Consolas,monospace;white-space:pre}}"
            f"#lines{{animation:up {seconds:.1f}s steps(1,end) infinite}}@keyframes up{{{frames}{last}}}</style>",
            f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
            *(
                f'<circle cx="{18 + 18 * number}" cy="15" r="5" fill="{fill}"/>'
                for number, fill in enumerate(("#ff5f57", "#febc2e", "#28c840"))
            ),
            f'<svg y="28" width="{width}" height="{ROWS * LINE + 5}"><g id="lines">',
            *rows,
            "</g></svg></svg>\n",
        ]
    )
