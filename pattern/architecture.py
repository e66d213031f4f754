"""Draws docs/pictures/architecture-light.svg and -dark.svg: `python -m pattern.architecture`. Look at both.

Each place is written here. Graphviz was tried: arrows cross in its layouts, and letters are too small at
1,000 pixels.
"""

from html import escape
from typing import NamedTuple

from local.state import ROOT

FOLDER = ROOT / "docs" / "pictures"
WIDTH, HEIGHT = 1060, 560
THEMES = {
    "light": {"paper": "#ffffff", "ink": "#1f2328", "soft": "#57606a", "line": "#8c959f", "box": "#f6f8fa"}
    | {"field": "#eef2f6", "green": "#c9f0d3", "blue": "#cfe3fb"},
    "dark": {"paper": "#0d1117", "ink": "#e6edf3", "soft": "#a3acb6", "line": "#6e7681", "box": "#1b222b"}
    | {"field": "#161b22", "green": "#14532d", "blue": "#12406f"},
}


class Box(NamedTuple):
    """A rectangle: left, top, width, height, its lines of text and a colour of the theme."""

    x: int
    y: int
    width: int
    height: int
    text: str
    fill: str = "box"


# The text of these stands in their upper left corner.
FRAMES = (
    Box(190, 18, 856, 484, "AWS account", "paper"),
    Box(368, 44, 530, 398, "VPC, two zones", "paper"),
    Box(524, 66, 240, 356, "EKS", "paper"),
    Box(536, 92, 216, 158, "Fargate: the application", "field"),
    Box(536, 300, 216, 108, "Nodes: the platform", "field"),
)
BOXES = (
    Box(12, 98, 140, 52, "API consumers,\noperations staff", "paper"),
    Box(12, 196, 140, 52, "GitHub Actions\ntests, releases"),
    Box(914, 512, 120, 36, "on call", "paper"),
    Box(378, 98, 90, 52, "ALB, WAF\n100 : 0"),
    Box(550, 120, 188, 46, "web-green\nhas the users", "green"),
    Box(550, 180, 188, 46, "web-blue\nformer release, warm", "blue"),
    Box(798, 117, 94, 52, "RDS\nPostgreSQL"),
    Box(202, 212, 144, 52, "ECR\none signed image"),
    Box(202, 326, 144, 52, "Secrets Manager\nrotated by Lambda"),
    Box(202, 440, 144, 52, "IAM roles\nby OIDC"),
    Box(544, 318, 96, 56, "secrets-\nmirror"),
    Box(650, 318, 96, 56, "Prometheus,\nGrafana"),
    Box(914, 190, 120, 52, "CloudWatch\nlogs, alarms"),
)
#: Corners of an arrow, its label, the label's place, and how it is drawn.
ARROWS = (
    ("152,124 378,124", "HTTPS", (270, 117), ""),
    ("468,118 550,138", "100 %", (496, 113), "thick"),
    ("468,134 550,196", "0 %", (484, 172), "dashed"),
    ("738,143 798,143", "SQL", (781, 136), ""),
    ("152,236 202,236", "push", (170, 229), ""),
    ("346,240 536,240", "image by digest", (446, 233), ""),
    ("82,248 82,466 202,466", "no stored key", (92, 366), "left"),
    ("346,466 582,466 582,422", "a release moves the weights", (456, 459), ""),
    ("346,352 544,352", "read by one role", (446, 345), ""),
    ("592,318 592,250", "files", (576, 280), ""),
    ("698,250 698,318", "metrics", (724, 280), ""),
    ("752,216 914,216", "JSON lines, audit", (831, 209), ""),
    ("974,242 974,512", "alarms", (1000, 400), ""),
    ("724,374 724,530 914,530", "alerts", (819, 523), ""),
)


def svg(theme: str) -> str:
    """Return the picture in a theme."""
    colours = THEMES[theme]

    def drawn(box: Box, lines: str) -> str:
        at = f'x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="8"'
        return f'<rect {at} fill="{colours[box.fill]}" stroke="{colours["line"]}"/>{lines}'

    def text(x: float, y: float, words: str, kind: str) -> str:
        return f'<text x="{x:g}" y="{y:g}" class="{kind}">{escape(words)}</text>'

    low = "Nodes"  # its text stands below, since arrows leave it above
    parts = [
        drawn(box, text(box.x + 10, box.y + (box.height - 8 if box.text.startswith(low) else 18), box.text, "frame"))
        for box in FRAMES
    ]
    for box in BOXES:
        lines = box.text.split("\n")
        top = box.y + box.height / 2 - 8 * (len(lines) - 1) + 5
        words = (text(box.x + box.width / 2, top + 16 * row, line, "box") for row, line in enumerate(lines))
        parts.append(drawn(box, "".join(words)))
    for corners, label, (x, y), kind in ARROWS:
        style = {"thick": ' stroke-width="2.5"', "dashed": ' stroke-dasharray="5 4"'}.get(kind, "")
        parts.append(f'<polyline points="{corners}" class="arrow" marker-end="url(#end)"{style}/>')
        parts.append(text(x, y, label, "left" if kind == "left" else "label"))
    ink, soft = colours["ink"], colours["soft"]
    style = (
        "text{font:14px -apple-system,Segoe UI,Helvetica,Arial,sans-serif;text-anchor:middle}"
        f".box{{fill:{ink}}}.frame{{fill:{soft};text-anchor:start;font-size:13px;font-weight:600}}"
        f".label,.left{{fill:{soft};font-size:13px}}.left{{text-anchor:start}}"
        f".arrow{{fill:none;stroke:{soft};stroke-width:1.5;stroke-linejoin:round}}"
    )
    end = f'<path d="M0 0L9 4.5L0 9z" fill="{soft}"/>'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<title>The whole system: GitHub, an AWS account with a VPC, and who uses and watches it</title>",
        f"<style>{style}</style>",
        f'<defs><marker id="end" refX="8" refY="4.5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" '
        f'orient="auto">{end}</marker></defs>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="{colours["paper"]}"/>',
    ]
    return "\n".join([*head, *parts, "</svg>\n"])


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for theme in THEMES:
        (FOLDER / f"architecture-{theme}.svg").write_text(svg(theme), encoding="utf-8")


if __name__ == "__main__":
    main()
