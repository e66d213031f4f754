"""The list request as an SVG: how many a second of one core's CPU carries, a bar for each contender."""

from html import escape
from typing import Any

from pattern.benchmarks.contenders import OURS, PEERS, VARIANTS
from pattern.benchmarks.statistics_of import median, per_cpu_second

_ROW, _LEFT, _WIDTH, _TOP = 26, 220, 440, 74
OURS_COLOUR, PEER_COLOUR, VARIANT_COLOUR, WHISKER = "#1b5e91", "#b9bec4", "#9cc3e0", "#33383d"


def svg(slices: dict[str, list[dict[str, Any]]]) -> str:
    """Return the picture; colours differ in lightness, so that it also reads in grey. Whiskers span all rounds."""
    groups = [
        ("the same work, by", [OURS.name, *(peer.name for peer in PEERS)]),
        ("ours, with one thing changed", [variant.name for variant in VARIANTS]),
    ]
    groups = [(title, [name for name in names if name in slices]) for title, names in groups]
    bars = {name: [per_cpu_second(each) for each in slices[name]] for _, names in groups for name in names}
    scale = _WIDTH / max(map(max, bars.values()))
    rows, y = [], _TOP
    for title, names in groups:
        if not names:
            continue
        rows.append(f'<text x="10" y="{y}" font-weight="bold">{escape(title)}</text>')
        y += 12
        for name in sorted(names, key=lambda each: -median(slices[each], per_cpu_second)):
            rows += _bar(name, y, bars[name], median(slices[name], per_cpu_second), scale)
            y += _ROW
        y += 28
    heading = "GET /todos, 20 rows: requests a CPU-second of the server"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{y - 8}"',
            ' font-family="sans-serif" font-size="13">',
            f"<title>{escape(heading)}</title>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            f'<text x="10" y="24" font-size="15" font-weight="bold">{escape(heading)}</text>',
            '<text x="10" y="42" fill="#5a6169">',
            "two processes on one core; more is better; the line spans all rounds</text>",
            *_line_of_ours(slices, scale, y - 28),
            *rows,
            "</svg>\n",
        ]
    )


def _bar(name: str, y: int, figures: list[float], middle: float, scale: float) -> list[str]:
    colour = OURS_COLOUR if name == OURS.name else VARIANT_COLOUR if name.startswith(OURS.name) else PEER_COLOUR
    bold = ' font-weight="bold"' if name == OURS.name else ""
    low, high, line = _LEFT + min(figures) * scale, _LEFT + max(figures) * scale, y + 9
    return [
        f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end"{bold}>{escape(name.removeprefix("ours, "))}</text>',
        f'<rect x="{_LEFT}" y="{y}" width="{middle * scale:.1f}" height="18" rx="2" fill="{colour}"/>',
        f'<line x1="{low:.1f}" y1="{line}" x2="{high:.1f}" y2="{line}" stroke="{WHISKER}" stroke-width="1.5"/>',
        f'<text x="{max(high, _LEFT + middle * scale) + 6:.1f}" y="{y + 14}"{bold}'
        f' paint-order="stroke" stroke="#ffffff" stroke-width="5">{middle:,.0f}</text>',
    ]


def _line_of_ours(slices: dict[str, list[dict[str, Any]]], scale: float, bottom: int) -> list[str]:
    if OURS.name not in slices:
        return []
    x = _LEFT + median(slices[OURS.name], per_cpu_second) * scale
    return [
        f'<line x1="{x:.1f}" y1="{_TOP + 6}" x2="{x:.1f}" y2="{bottom}" stroke="{OURS_COLOUR}" stroke-dasharray="3 4"/>'
    ]
